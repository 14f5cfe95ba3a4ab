// The families' names with who is left, what kind of number a likelihood is, and the numbers of the one singled out.
import { line } from "../shared/canvas.js";
import { INK, SOFT } from "../shared/colors.js";
import { pointOf } from "./places.js";
import { colorOf, drawMark } from "./marks.js";
import { spread } from "./math.js";
import { LIKELIHOOD, columnsOf, valueText } from "./state.js";

/** Each family's name with its mark: a tick and bold where it is left, a cross where it is out. */
export function drawNames(context, place, state, left, single) {
  const { small, say } = place;
  for (const { left: x, top, width, height, family } of place.names) {
    const y = top + height / 2;
    const options = { size: small, baseline: "middle", color: left[family] ? INK : SOFT };
    say(context, left[family] ? "\u2713" : "\u2717", x + small * 0.2, y, { ...options, bold: left[family] });
    drawMark(context, family, [x + small * 1.75, y], small * 0.4, left[family]);
    say(context, state.families[family].title, x + small * 2.5, y, options);
    if (family === single) line(context, [[x + 2, top + height], [x + width - 4, top + height]], colorOf(family), 2);
  }
}

/** The rank and number of the family singled out, at every axis. */
export function drawValues(context, place, state, single) {
  if (single < 0) return;
  state.axes.forEach((name, k) => {
    const { measure, summaries, scale, ranks } = columnsOf(state)[name];
    if (!summaries[single]) return;
    const [x, y] = pointOf(place, k, single);
    const text = valueText(measure, scale, summaries[single]);
    const rank = `#${ranks[single]}`;
    const options = { size: place.small, bold: true, halo: true };
    if (place.upright) besideAxis(context, place, k, y, [text, rank], options);
    else belowAxis(context, place, k, x, `${text} ${rank}`, options);
  });
}

/** Right of the axis, or left of the last one. */
function besideAxis(context, { ends, side, small, say }, k, y, [text, rank], options) {
  const last = k === ends.length - 1;
  const x = ends[k][0][0] + (last ? -1 : 1) * (side + small * 0.7);
  const placed = { ...options, align: last ? "right" : "left", baseline: "middle" };
  say(context, `${text} ${rank}`, x, y, placed, true) || say(context, text, x, y, placed, true);
}

/** In the middle below a mark, or else to the side that has more room. */
function belowAxis(context, { ends, side, line: step, width, say }, k, x, text, options) {
  const y = ends[k][0][1] + side + step;
  say(context, text, x, y, { ...options, align: "center" }, true) ||
    say(context, text, x, y, { ...options, align: x > width / 2 ? "right" : "left" }, true);
}

/** At the axis of likelihoods what each number is: a bound is no likelihood. */
export function drawKinds(context, place, state, left, single) {
  const k = state.axes.indexOf(LIKELIHOOD);
  if (k < 0 || !Object.keys(state.kinds).length) return;
  const { small, say } = place;
  if (!place.upright) {
    const y = place.ends[k][0][1] + place.side + place.line;
    const options = { size: small, halo: true, color: SOFT };
    place.kinds.forEach((text, i) => say(context, text, 2, y + (i + 1) * place.line, options));
    return;
  }
  const { summaries } = columnsOf(state)[LIKELIHOOD];
  const shown = state.families.map((_, i) => i).filter((i) => summaries[i] && state.kinds[state.families[i].name]);
  if (single >= 0 && summaries[single]) return; // its own number is there
  const last = k === state.axes.length - 1;
  const x = place.ends[k][0][0] + (last ? -1 : 1) * (place.side + small * 0.7);
  const ys = spread(shown.map((i) => pointOf(place, k, i)[1]), small * 1.25, place.top, place.bottom);
  const options = { size: small, align: last ? "right" : "left", baseline: "middle", halo: true };
  shown.forEach((i, row) => {
    say(context, state.kinds[state.families[i].name], x, ys[row], { ...options, color: left[i] ? INK : SOFT });
  });
}
