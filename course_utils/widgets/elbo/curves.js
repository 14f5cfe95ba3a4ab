import { hatch, line, write } from "../shared/canvas.js";
import { DATA, FAINT, INK, MODEL, NOISE, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clamp, minus } from "../shared/numbers.js";
import { across } from "./layout.js";
import { logEvidence, logJoint, logNormal } from "./math.js";

const STEPS = 480; // points of a curve over z
const MARGINAL_STEPS = 120; // points of p(x), each an integral

/** Prior, posterior and q over z, with q's handles. */
export function drawDensities(context, place, state) {
  const { density, size } = place;
  const { toPixel } = across(density, state.zLimits);
  const posterior = curve(state.zLimits, STEPS, (z) => Math.exp(logJoint(z, state.x, state.model) - state.evidence));
  const prior = curve(state.zLimits, STEPS, (z) => Math.exp(logNormal(z, 0, 1)));
  const q = curve(state.zLimits, STEPS, (z) => Math.exp(logNormal(z, state.q.mean, state.q.std)));
  const top = ceiling(posterior, state.q);
  const toY = (value) => density.bottom - Math.min(1, value / top) * (density.bottom - density.top);
  const inPixels = (points) => points.map(([z, value]) => [toPixel(z), toY(value)]);
  shade(context, inPixels(posterior), density.bottom, withAlpha(DATA, 0.16));
  shade(context, inPixels(q), density.bottom, hatch(context, withAlpha(MODEL, 0.45), { spacing: 9 }));
  line(context, inPixels(prior), NOISE, 2.2, [3, 4]);
  line(context, inPixels(posterior), DATA, 2.5);
  line(context, inPixels(q), MODEL, 2.5, [9, 5]);
  drawAxis(context, place, density, state.zLimits, "z");
  const [first, second] = [size * 1.1, size * 2.4];
  write(context, "posterior p(z | x), solid", density.left, first, { size: place.small, color: DATA, bold: true });
  write(context, "q(z), dashed", density.right, first, { size: place.small, color: MODEL, bold: true, align: "right" });
  write(context, "prior p(z), dotted", density.left, second, { size: place.small, color: SOFT, bold: true });
  const rise = Math.exp(logNormal(0, 0, state.q.std));
  if (rise > top) {
    const note = `q rises to ${rise.toFixed(1)}`;
    write(context, note, density.right, second, { size: place.small, color: MODEL, align: "right" });
  }
  drawGrips(context, place, grips(place, state));
}

/** Where q is held: its centre on the axis, and one standard deviation to either side. */
export function grips({ density }, { q, zLimits }) {
  const { toPixel } = across(density, zLimits);
  const y = density.bottom - 0.3 * (density.bottom - density.top);
  const inside = (x) => clamp(x, density.left + 8, density.right - 8);
  return {
    centre: { x: toPixel(q.mean), y: density.bottom },
    sides: [-1, 1].map((sign) => ({ x: inside(toPixel(q.mean + sign * q.std)), y })),
  };
}

/** The axis of x with p(x) over it, and the observation as a marker to be dragged. */
export function drawObservation(context, place, state) {
  const { strip, size, small } = place;
  const { toPixel } = across(strip, state.xLimits);
  const { cache, model } = state;
  cache[model.decoder] ??= curve(state.xLimits, MARGINAL_STEPS, (x) => Math.exp(logEvidence(x, model)));
  const top = Math.max(...cache[model.decoder].map(([, value]) => value));
  const toY = (value) => strip.bottom - (value / top) * (strip.bottom - strip.top);
  const points = cache[model.decoder].map(([x, value]) => [toPixel(x), toY(value)]);
  shade(context, points, strip.bottom, FAINT);
  line(context, points, SOFT, 1.5);
  drawAxis(context, place, strip, state.xLimits, "x");
  const title = `Observed x = ${minus(state.x.toFixed(2))} (drag it), and p(x)`;
  write(context, title, strip.left, strip.top - size * 0.5, { size: small, bold: true });
  const at = toPixel(state.x);
  line(context, [[at, strip.top], [at, strip.bottom]], INK, 2);
  context.beginPath();
  for (const [x, y] of [[0, -0.5], [0.65, 0.6], [-0.65, 0.6]]) {
    context.lineTo(at + x * size, strip.bottom + y * size);
  }
  context.closePath();
  outlined(context, INK);
}

function drawGrips(context, { size }, { centre, sides }) {
  const [left, right] = sides;
  line(context, [[left.x, left.y], [right.x, right.y]], MODEL, 1.5);
  line(context, [[centre.x, centre.y], [centre.x, left.y]], MODEL, 1, [3, 3]);
  for (const { x, y } of sides) {
    context.beginPath();
    context.rect(x - size * 0.4, y - size * 0.4, size * 0.8, size * 0.8);
    outlined(context, MODEL);
  }
  context.beginPath();
  context.arc(centre.x, centre.y, size * 0.55, 0, 2 * Math.PI);
  outlined(context, MODEL);
}

function drawAxis(context, { size, small }, box, limits, name) {
  const { toPixel } = across(box, limits);
  line(context, [[box.left, box.bottom], [box.right, box.bottom]], SOFT, 1);
  const step = [0.5, 1, 2, 5, 10, 20].find((each) => (limits[1] - limits[0]) / each <= 9);
  for (let value = Math.ceil(limits[0] / step) * step; value <= limits[1]; value += step) {
    const x = toPixel(value);
    if (x < box.left + size * 0.6 || x > box.right - size * 1.8) continue;
    line(context, [[x, box.bottom], [x, box.bottom + 4]], RULE, 1);
    const label = minus(Number(value.toFixed(1)));
    write(context, label, x, box.bottom + size * 1.7, { size: small, color: SOFT, align: "center" });
  }
  write(context, name, box.right, box.bottom + size * 1.7, { size, align: "right" });
}

function curve([low, high], steps, f) {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const at = low + (i / steps) * (high - low);
    return [at, f(at)];
  });
}

/** The top of the density axis: room for q, but the posterior never shrinks below a third of it. */
function ceiling(posterior, q) {
  const truth = Math.max(0.4, ...posterior.map(([, value]) => value));
  return 1.06 * Math.max(truth, Math.min(Math.exp(logNormal(0, 0, q.std)), 3 * truth));
}

function shade(context, points, base, style) {
  context.beginPath();
  for (const [x, y] of [[points[0][0], base], ...points, [points.at(-1)[0], base]]) context.lineTo(x, y);
  context.fillStyle = style;
  context.fill();
}

function outlined(context, color) {
  context.fillStyle = color;
  context.strokeStyle = PAPER;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
}
