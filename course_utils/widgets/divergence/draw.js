import { hatch, line, write } from "../shared/canvas.js";
import { DATA, GREEN, INK, MODEL, NEGATIVE, POSITIVE, PURPLE, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { integrand, logMixture, logNormal } from "./math.js";

const SAMPLES = 600;

/** Where everything goes for a canvas of this width: the densities, what is paid below them, the bars. */
export function layout(width, size, showPaid) {
  const wide = width >= 600;
  const plotWidth = wide ? Math.round(width * 0.6) : width;
  const plotHeight = Math.round(Math.max(250, plotWidth * 0.62));
  const top = size * 1.9;
  const bottom = plotHeight - size * 2.2;
  const split = showPaid ? top + (bottom - top) * 0.52 : bottom;
  const barsHeight = size * 15;
  return {
    size,
    density: { left: 4, right: plotWidth - 8, top, bottom: split },
    paid: showPaid ? { left: 4, right: plotWidth - 8, top: split + size * 2, bottom } : null,
    axis: bottom,
    bars: wide
      ? { left: plotWidth + size, right: width - 4, top: Math.max(0, (plotHeight - barsHeight) / 2) }
      : { left: 4, right: width - 4, top: plotHeight + size * 0.5 },
    height: wide ? Math.max(plotHeight, barsHeight) : plotHeight + size * 0.5 + barsHeight,
  };
}

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

/** What each place adds to the divergence that is asked for: up is paid, down is paid back. */
export function drawPaid(context, place, state, total) {
  const { paid, size } = place;
  const { toValue } = scaleX(paid, state.limits);
  const forward = state.integrand === "forward";
  const values = sample(paid, (pixel) => [pixel, integrand(toValue(pixel), state.p, state.q, state.integrand)]);
  const extent = Math.max(0.2, ...values.map(([, value]) => Math.abs(value)));
  const most = Math.max(...values.map(([, value]) => value));
  const least = Math.min(...values.map(([, value]) => value));
  const span = Math.max(0.2, most) - Math.min(-0.05 * extent, least);
  const zero = paid.top + (Math.max(0.2, most) / span) * (paid.bottom - paid.top);
  const toY = (value) => zero - (value / span) * (paid.bottom - paid.top);
  for (const [color, sign] of [[POSITIVE, 1], [NEGATIVE, -1]]) {
    const side = values.map(([x, value]) => [x, toY(sign * Math.max(0, sign * value))]);
    fill(context, side, zero, withAlpha(color, 0.22));
    fill(context, side, zero, hatch(context, color, { rising: sign > 0 }));
  }
  line(context, values.map(([x, value]) => [x, toY(value)]), INK, 1.4);
  line(context, [[paid.left, zero], [paid.right, zero]], SOFT, 1);
  const name = forward ? "p log(p/q)" : "q log(q/p)";
  const sum = `${total.toFixed(2)} nats`;
  const long = paid.right - paid.left > size * 26;
  const title = long ? `${name}: + paid, \u2212 paid back; the sum is ${sum}` : `${name} adds up to ${sum}`;
  write(context, title, paid.left, paid.top - size * 0.6, { size: Math.max(13, size * 0.9), halo: true });
}

/** The four numbers as bars, each on its own fixed scale. */
export function drawBars(context, place, state, numbers) {
  const { bars, size } = place;
  const far = Math.round((state.limits[1] - state.limits[0]) / 2);
  const rows = [
    { name: "KL(p \u2016 q)", value: numbers.forward, full: 5, unit: "nats", color: DATA },
    { name: "KL(q \u2016 p)", value: numbers.reverse, full: 5, unit: "nats", color: MODEL },
    { name: "JS(p, q)", value: numbers.js, full: 0.8, unit: "nats", color: GREEN, mark: Math.LN2 },
    { name: "W1(p, q)", value: numbers.w1, full: far, unit: "units of x", color: PURPLE },
  ];
  rows.forEach((row, i) => drawBar(context, { ...bars, top: bars.top + i * size * 3.75, size }, row));
}

function drawBar(context, { left, right, top, size }, { name, value, full, unit, color, mark }) {
  const small = Math.max(13, size * 0.8);
  const [barTop, barHeight] = [top + size * 1.4, size * 0.85];
  const over = value > full;
  const length = (Math.min(value, full) / full) * (right - left);
  write(context, name, left, top + size, { size, bold: true });
  write(context, `${value.toFixed(value < 100 ? 3 : 0)} ${unit}`, right, top + size, { size, align: "right" });
  context.fillStyle = "#f2f2f2";
  context.fillRect(left, barTop, right - left, barHeight);
  context.fillStyle = color;
  context.fillRect(left, barTop, length, barHeight);
  const below = barTop + barHeight + small;
  write(context, "0", left, below, { size: small, color: SOFT });
  const end = over ? `off the scale, past ${full} \u2192` : `${full}`;
  write(context, end, right, below, { size: small, color: over ? INK : SOFT, align: "right" });
  if (mark === undefined) return;
  const x = left + (mark / full) * (right - left);
  line(context, [[x, barTop - 3], [x, barTop + barHeight + 3]], INK, 2);
  write(context, "log 2", x, below, { size: small, align: "right" });
}

/** Where q rises past the top, its height in words, on the side of the curve that has more room. */
function notePeak(context, { density, size }, state) {
  const { toPixel } = scaleX(density, state.limits);
  const toRight = toPixel(state.q.mean) < (density.left + density.right) / 2;
  const x = toPixel(state.q.mean + (toRight ? 1.6 : -1.6) * state.q.std) + (toRight ? 8 : -8);
  const note = `q rises to ${peak(state).toFixed(1)}`;
  const options = { size: Math.max(13, size * 0.85), color: MODEL, align: toRight ? "left" : "right" };
  write(context, note, x, density.top + size, options);
}

function drawHandles(context, place, state) {
  const { centre, left, right } = handles(place, state);
  line(context, [[left.x, left.y], [right.x, right.y]], MODEL, 1.5);
  line(context, [[centre.x, centre.y], [centre.x, left.y]], MODEL, 1, [3, 3]);
  const radius = place.size * 0.5;
  context.lineWidth = 2;
  context.strokeStyle = "#ffffff";
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
    const label = String(Number(x.toFixed(2))).replace("-", "\u2212");
    write(context, label, pixel, axis + size * 1.5, { size: Math.max(13, size * 0.85), color: SOFT, align: "center" });
  }
  write(context, "x", density.right, axis + size * 1.5, { size, color: SOFT, align: "right" });
}

function sample(box, f) {
  return Array.from({ length: SAMPLES + 1 }, (_, i) => f(box.left + (i / SAMPLES) * (box.right - box.left)));
}

function fill(context, points, base, style) {
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
