// A density p of data and a Gaussian q over it, with handles to drag q by: {p, q: {mean, std}, limits, pPeak}.
import { line, smaller, write } from "./canvas.js";
import { DATA, MODEL, PAPER, RULE, SOFT, withAlpha } from "./colors.js";
import { logMixture, logNormal } from "./gaussians.js";
import { minus } from "./numbers.js";

const SAMPLES = 600;

/** The two maps between x and pixels. */
export function scaleX(box, limits) {
  const perUnit = (box.right - box.left) / (limits[1] - limits[0]);
  return {
    toPixel: (x) => box.left + (x - limits[0]) * perUnit,
    toValue: (pixel) => limits[0] + (pixel - box.left) / perUnit,
  };
}

/** Where q's handles are: its centre on the axis, and one standard deviation to either side. */
export function handles(place, state) {
  const { toPixel } = scaleX(place.density, state.limits);
  const { top, bottom } = place.density;
  const height = Math.min(Math.exp(-0.5) * peak(state), 0.6 * ceiling(state)) / ceiling(state);
  const y = bottom - height * (bottom - top);
  return {
    centre: { x: toPixel(state.q.mean), y: bottom },
    left: { x: toPixel(state.q.mean - state.q.std), y },
    right: { x: toPixel(state.q.mean + state.q.std), y },
  };
}

/** p filled, q dashed, the handles and the axis. */
export function drawDensities(context, place, state) {
  const { density, size, axis } = place;
  const { toPixel, toValue } = scaleX(density, state.limits);
  const top = ceiling(state);
  const toY = (value) => density.bottom - Math.min(1, value / top) * (density.bottom - density.top);
  const curve = (f) => sample(density, (pixel) => [pixel, toY(f(toValue(pixel)))]);
  const p = curve((x) => Math.exp(logMixture(x, state.p)));
  const q = curve((x) => Math.exp(logNormal(x, state.q.mean, state.q.std)));
  fill(context, p, density.bottom, withAlpha(DATA, 0.15));
  line(context, [[density.left, density.bottom], [density.right, density.bottom]], SOFT, 1);
  line(context, p, DATA, 2.5);
  line(context, q, MODEL, 2.5, [9, 5]);
  drawTicks(context, place, state.limits, axis);
  const legend = density.top - size * 0.7;
  write(context, "p, data (solid)", density.left, legend, { size, color: DATA, bold: true });
  write(context, "q, model (dashed)", density.right, legend, { size, color: MODEL, bold: true, align: "right" });
  if (peak(state) > top) notePeak(context, place, state);
  drawHandles(context, place, state);
}

/** Where q rises past the top, its height in words, on the side of the curve that has more room. */
function notePeak(context, { density, size }, state) {
  const { toPixel } = scaleX(density, state.limits);
  const toRight = toPixel(state.q.mean) < (density.left + density.right) / 2;
  const x = toPixel(state.q.mean + (toRight ? 1.6 : -1.6) * state.q.std) + (toRight ? 8 : -8);
  const note = `q rises to ${peak(state).toFixed(1)}`;
  const options = { size: smaller(size), color: MODEL, align: toRight ? "left" : "right" };
  write(context, note, x, density.top + size, options);
}

function drawHandles(context, place, state) {
  const { centre, left, right } = handles(place, state);
  line(context, [[left.x, left.y], [right.x, right.y]], MODEL, 1.5);
  line(context, [[centre.x, centre.y], [centre.x, left.y]], MODEL, 1, [3, 3]);
  const radius = place.size * 0.5;
  context.lineWidth = 2;
  context.strokeStyle = PAPER;
  context.fillStyle = MODEL;
  for (const { x, y } of [left, right]) {
    context.fillRect(x - radius * 0.8, y - radius * 0.8, radius * 1.6, radius * 1.6);
    context.strokeRect(x - radius * 0.8, y - radius * 0.8, radius * 1.6, radius * 1.6);
  }
  context.beginPath();
  context.arc(centre.x, centre.y, radius * 1.1, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

function drawTicks(context, { density, size }, limits, axis) {
  const { toPixel } = scaleX(density, limits);
  const step = [0.5, 1, 2, 5, 10, 20, 50].find((s) => (limits[1] - limits[0]) / s <= 9) ?? 100;
  for (let x = Math.ceil(limits[0] / step) * step; x <= limits[1]; x += step) {
    const pixel = toPixel(x);
    if (pixel < density.left + size || pixel > density.right - size * 1.8) continue;
    line(context, [[pixel, axis], [pixel, axis + 5]], RULE, 1);
    const label = minus(Number(x.toFixed(2)));
    write(context, label, pixel, axis + size * 1.5, { size: smaller(size), color: SOFT, align: "center" });
  }
  write(context, "x", density.right, axis + size * 1.5, { size, color: SOFT, align: "right" });
}

/** f at pixels across the box, from left to right. */
export function sample(box, f) {
  return Array.from({ length: SAMPLES + 1 }, (_, i) => f(box.left + (i / SAMPLES) * (box.right - box.left)));
}

/** The area between a line through points and a level. */
export function fill(context, points, base, style) {
  context.beginPath();
  context.moveTo(points[0][0], base);
  for (const [x, y] of points) context.lineTo(x, y);
  context.lineTo(points.at(-1)[0], base);
  context.fillStyle = style;
  context.fill();
}

function peak(state) {
  return Math.exp(logNormal(state.q.mean, state.q.mean, state.q.std));
}

/** The top of the density axis: room for q, but p never shrinks below a third of it. */
function ceiling(state) {
  return 1.08 * Math.max(state.pPeak, Math.min(peak(state), 3 * state.pPeak));
}
