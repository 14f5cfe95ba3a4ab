// The axes with their names, ticks and better ends, and what is brushed of them.
import { line, write } from "../shared/canvas.js";
import { DATA, FAINT, INK, SOFT, withAlpha } from "../shared/colors.js";
import { clamp } from "../shared/numbers.js";
import { numberText, shareOf, sharesOf, tickText } from "./math.js";
import { UP, WORDS, columnsOf } from "./state.js";

/** Lines, ticks and arrow heads; the chosen axis is thick. */
export function drawAxes(context, place, state) {
  state.axes.forEach((name, k) => {
    const { scale } = columnsOf(state)[name];
    const [from, to] = place.ends[k];
    const chosen = name === state.axis;
    const color = chosen ? INK : SOFT;
    line(context, [from, to], color, chosen ? 2.6 : 1.2);
    for (const value of scale.ticks) {
      line(context, tickAt(place, from, to, shareOf(scale, value)), color, chosen ? 2 : 1.2);
    }
    drawArrow(context, place, to, color);
  });
}

/** A short line across the axis. */
function tickAt({ upright, small }, [x0, y0], [x1, y1], share) {
  const [x, y, half] = [x0 + share * (x1 - x0), y0 + share * (y1 - y0), small * 0.28];
  return upright ? [[x - half, y], [x + half, y]] : [[x, y - half], [x, y + half]];
}

/** At the better end. */
function drawArrow(context, { upright, small }, [x, y], color) {
  const far = small * 0.55;
  const corners = upright
    ? [[x, y - far], [x - far * 0.65, y + 1], [x + far * 0.65, y + 1]]
    : [[x + far, y], [x - 1, y - far * 0.65], [x - 1, y + far * 0.65]];
  context.beginPath();
  corners.forEach(([cx, cy], i) => context[i ? "lineTo" : "moveTo"](cx, cy));
  context.fillStyle = color;
  context.fill();
}

/** What is brushed: a box over the axis, its edges thick. */
export function drawBrushes(context, place, state) {
  state.axes.forEach((name, k) => {
    if (!(name in state.brushes)) return;
    const { scale } = columnsOf(state)[name];
    const box = brushBox(place, k, sharesOf(scale, state.brushes[name]));
    context.fillStyle = withAlpha(DATA, 0.16);
    context.fillRect(box.left, box.top, box.width, box.height);
    context.strokeStyle = DATA;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.strokeRect(box.left, box.top, box.width, box.height);
    const { left, top, width, height } = box;
    const edges = place.upright
      ? [[[left, top], [left + width, top]], [[left, top + height], [left + width, top + height]]]
      : [[[left, top], [left, top + height]], [[left + width, top], [left + width, top + height]]];
    for (const edge of edges) line(context, edge, DATA, 4);
  });
}

const LEAST = 4; // px, of a brush along its axis

/** The box of a brush over two shares of the k-th axis. */
export function brushBox({ upright, ends, side, small }, k, [worse, better]) {
  const [[x0, y0], [x1, y1]] = ends[k];
  const half = side + small * 0.6;
  if (upright) {
    const [top, bottom] = [better, worse].map((share) => y0 + share * (y1 - y0));
    const tall = Math.max(LEAST, bottom - top);
    return { left: x0 - half, top: (top + bottom - tall) / 2, width: 2 * half, height: tall };
  }
  const [left, right] = [worse, better].map((share) => x0 + share * (x1 - x0));
  const wide = Math.max(LEAST, right - left);
  return { left: (left + right - wide) / 2, top: y0 - half, width: wide, height: 2 * half };
}

/** The axes' names, which end is better, and the numbers at both ends. */
export function drawHeads(context, place, state) {
  state.axes.forEach((name, k) => {
    const { measure, scale } = columnsOf(state)[name];
    const chosen = name === state.axis;
    if (chosen) {
      const { left, top, width, height } = place.heads[k];
      context.fillStyle = FAINT;
      context.fillRect(left + 1, top, width - 2, height);
      line(context, [[left + 1, top + height], [left + width - 1, top + height]], INK, 2);
    }
    (place.upright ? headAbove : headBeside)(context, place, k, measure, chosen);
    const [worse, better] = scale.up ? [scale.low, scale.high] : [scale.high, scale.low];
    drawEnds(context, place, k, [`${tickText(measure, worse)}${scale.log ? " (log)" : ""}`, tickText(measure, better)]);
  });
  if (!place.upright) return;
  const y = (place.deep + 0.8) * place.line;
  place.say(context, UP, place.width - 2, y, { size: place.small, bold: true, align: "right" });
}

function headAbove(context, { lines, deep, line: step, small, ends, say }, k, { better }) {
  const x = ends[k][0][0];
  const options = { size: small, align: "center" };
  lines[k].forEach((text, i) => {
    say(context, text, x, (deep - lines[k].length + i + 0.85) * step, options);
  });
  say(context, `\u25b2 ${WORDS[better]}`, x, (deep + 0.8) * step, { ...options, color: SOFT });
}

function headBeside(context, { labels, tops, line: step, small, width, pen, say }, k, { better }, chosen) {
  const y = tops[k] + step * 0.8;
  say(context, labels[k], 2, y, { size: small, bold: true, halo: true });
  const room = width - pen(labels[k], true) - small;
  const texts = [`${WORDS[better]} is better \u25b6`, `${WORDS[better]} \u25b6`];
  const text = texts.find((one) => pen(one) < room);
  if (text) say(context, text, width - 2, y, { size: small, align: "right", halo: true, color: chosen ? INK : SOFT });
}

function drawEnds(context, { upright, ends, small, side, say, line: step }, k, [worse, better]) {
  const [[x0, y0], [x1, y1]] = ends[k];
  if (upright) {
    const options = { size: small, align: "center", color: SOFT, halo: true }; // lines may pass here
    say(context, worse, x0, y0 + small * 1.25, options);
    say(context, better, x1, y1 - small * 0.85, options);
    return;
  }
  const y = y0 + side + step;
  say(context, worse, x0 - small * 0.3, y, { size: small, halo: true, color: SOFT }, true);
  say(context, better, x1 + small * 0.3, y, { size: small, halo: true, color: SOFT, align: "right" }, true);
}

/** The numbers at the edges of what is brushed, where there is room for them. */
export function drawEdges(context, place, state) {
  state.axes.forEach((name, k) => {
    const { measure, scale } = columnsOf(state)[name];
    for (const edge of state.brushes[name] ?? []) {
      if (edge === null) continue;
      const text = measure.better === "near" ? `\u00b1${numberText(scale, edge)}` : numberText(scale, edge);
      besideTick(context, place, k, clamp(shareOf(scale, edge), 0, 1), text, { color: DATA, bold: true });
    }
  });
}

/** Text left of an upright axis or below a turned one, at a share of it. */
function besideTick(context, { upright, ends, side, small, say, line: step }, k, share, text, look) {
  const [[x0, y0], [x1, y1]] = ends[k];
  const [x, y] = [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
  const options = { size: small, halo: true, ...look };
  if (upright) say(context, text, x - side - small * 0.8, y, { ...options, align: "right", baseline: "middle" }, true);
  else say(context, text, x, y + side + step, { ...options, align: "center" }, true);
}

/** The numbers at the ticks of the chosen axis, where there is room for them. */
export function drawTicks(context, place, state) {
  const k = state.axes.indexOf(state.axis);
  const { measure, scale } = columnsOf(state)[state.axis];
  for (const value of scale.ticks.slice(1, -1)) {
    besideTick(context, place, k, shareOf(scale, value), tickText(measure, value), {});
  }
}

/** Text that is written over nothing: with `may`, only where it touches no text that is there already. */
export function writer(width) {
  const taken = [];
  return (context, text, x, y, options, may = false) => {
    write(context, "", 0, 0, options); // sets the font that is measured
    const { actualBoundingBoxLeft: before, actualBoundingBoxRight: after } = context.measureText(text);
    const middle = options.baseline === "middle" ? y : y - options.size * 0.35;
    const half = options.size * 0.6;
    const box = { left: x - before, right: x + after, top: middle - half, bottom: middle + half };
    const touches = taken.some((one) => {
      return one.left < box.right + 2 && box.left < one.right + 2 && one.top < box.bottom && box.top < one.bottom;
    });
    if (may && (touches || box.left < 0 || box.right > width)) return false;
    taken.push(box);
    write(context, text, x, y, options);
    return true;
  };
}
