// One line a family: through its means, with a bar for the range over the seeds at every axis.
import { line } from "../shared/canvas.js";
import { RULE, SOFT, withAlpha } from "../shared/colors.js";
import { pointOf } from "./places.js";
import { colorOf, drawMark } from "./marks.js";
import { shareOf } from "./math.js";
import { columnsOf } from "./state.js";

/** All lines: those that are out below the others, thin and broken, the one singled out on top. */
export function drawLines(context, place, state, left, single) {
  const rank = (family) => (family === single ? 2 : 0) + Number(left[family]);
  const order = state.families.map((_, family) => family).sort((one, other) => rank(one) - rank(other));
  if (single >= 0) drawBand(context, place, state, single);
  for (const family of order) {
    const faint = single >= 0 && family !== single;
    drawLine(context, place, state, family, { out: !left[family], faint, thick: family === single });
  }
}

function drawLine(context, place, state, family, { out, faint, thick }) {
  const points = state.axes.map((_, k) => pointOf(place, k, family));
  const known = state.axes.map((name) => columnsOf(state)[name].summaries[family] !== null);
  const color = withAlpha(colorOf(family), faint ? 0.3 : out ? 0.55 : 1);
  const width = thick ? 4 : out || faint ? 1.2 : 2.4;
  points.slice(1).forEach((to, k) => {
    const whole = known[k] && known[k + 1];
    line(context, [points[k], to], color, whole ? width : Math.min(width, 1.4), whole ? (out ? [6, 5] : []) : [2, 4]);
  });
  state.axes.forEach((name, k) => known[k] && drawBar(context, place, columnsOf(state)[name], k, family, color));
  if (place.upright) {
    const { left, top, height } = place.names[family];
    line(context, [points.at(-1), [left, top + height / 2]], color, 1);
  }
  const radius = place.small * (thick ? 0.46 : 0.34);
  points.forEach((point) => drawMark(context, family, point, radius, !out));
}

/** The range over the seeds at one axis, with short ends. */
function drawBar(context, { at, upright, apart }, { summaries, scale }, k, family, color) {
  const { low, high } = summaries[family];
  const [from, to] = [low, high].map((value) => at(k, shareOf(scale, value), family));
  line(context, [from, to], color, 1.8);
  const half = Math.max(2, apart * 0.6);
  for (const [x, y] of [from, to]) {
    line(context, upright ? [[x - half, y], [x + half, y]] : [[x, y - half], [x, y + half]], color, 1.8);
  }
}

/** From axis to axis where the seeds of the family singled out lie. */
function drawBand(context, { at }, state, family) {
  const edges = state.axes.map((name, k) => {
    const { summaries, scale } = columnsOf(state)[name];
    const summary = summaries[family];
    return summary && [summary.low, summary.high].map((value) => at(k, shareOf(scale, value), family));
  });
  context.fillStyle = withAlpha(colorOf(family), 0.2);
  edges.slice(1).forEach((next, k) => {
    if (!next || !edges[k]) return;
    const corners = [edges[k][0], next[0], next[1], edges[k][1]];
    context.beginPath();
    corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](x, y));
    context.fill();
  });
}

/** What is beside an axis where a family has no number there: a rule that says so. */
export function drawNone(context, place, state) {
  state.axes.forEach((name, k) => {
    const { summaries } = columnsOf(state)[name];
    if (!summaries.includes(null)) return;
    const [[x, y], half] = [place.none(k, (place.count - 1) / 2), place.side + place.small * 0.5];
    const ends = place.upright ? [[x - half, y], [x + half, y]] : [[x, y - half], [x, y + half]];
    line(context, ends, RULE, 1.5, [3, 3]);
    const at = place.upright ? [x, y + place.line * 1.05] : [x, y + place.side + place.line];
    place.say(context, "none", ...at, { size: place.small, align: "center", color: SOFT });
  });
}
