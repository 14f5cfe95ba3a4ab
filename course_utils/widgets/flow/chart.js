// The two kinds of panel: numbers over time, or points of the plane; and what stands behind the paths in each.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NOISE, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { logMixture } from "../shared/gaussians.js";
import { clipped, scaleMap } from "../shared/map.js";
import { minus } from "../shared/numbers.js";

const STRIP = 0.14; // of the side, for the density at either end of the time
const SAMPLES = 160; // points of a density
const BINS = 48;
const CIRCLE = 2; // standard deviations of a mode

/** at(points, i, t): the pixels of the i-th of the points at time t; in the plane the time has no place of its own. */
export function chartOf(box, { dim, half }) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half });
  if (dim === 2) return { at: (points, i) => toPixel([points[2 * i], points[2 * i + 1]]), half };
  const [from, to] = [box.left + STRIP * box.side, box.left + (1 - STRIP) * box.side];
  const toY = (value) => toPixel([0, value])[1];
  return {
    at: (points, i, t) => [from + t * (to - from), toY(points[i])],
    toTime: (x) => (x - from) / (to - from),
    ...{ from, to, toY, half },
  };
}

/** What is behind the paths: the densities at both ends and the time, or the modes; `ends`: samples to compare. */
export function drawGround(context, box, small, { session, settings }, ends) {
  const chart = chartOf(box, session);
  clipped(context, box, () => {
    if (session.dim === 2) return drawModes(context, box, session);
    const noise = { means: [0], stds: [1], weights: [1] };
    const data = { ...session.mixture, means: session.mixture.means.flat() };
    drawDensity(context, chart, noise, { from: chart.from, width: -STRIP * box.side, color: NOISE });
    drawTimes(context, box, small, chart, settings.t);
    const strip = { from: chart.to, width: STRIP * box.side, color: DATA };
    const peak = drawDensity(context, chart, data, strip);
    if (ends) drawHistogram(context, chart, ends, { ...strip, peak });
  });
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
  if (session.dim === 1) drawTimeScale(context, box, small, chart);
}

function drawModes(context, box, { mixture: { means, stds }, half }) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half });
  context.strokeStyle = RULE;
  context.lineWidth = 1.2;
  means.forEach((mean, k) => {
    const [x, y] = toPixel(mean);
    context.beginPath();
    context.arc(x, y, (CIRCLE * stds[k] * box.side) / (2 * half), 0, 2 * Math.PI);
    context.fillStyle = withAlpha(DATA, 0.08);
    context.fill();
    context.stroke();
  });
}

function drawTimes(context, { left, top, side }, small, { from, to, toY, half }, t) {
  const step = half > 6 ? 4 : 2;
  for (let value = -Math.floor(half / step) * step; value <= half; value += step) {
    line(context, [[from, toY(value)], [to, toY(value)]], RULE, 0.8);
    if (toY(value) > top + small && toY(value) < top + side - small * 0.5) {
      write(context, minus(value), left + 4, toY(value), { size: small, color: SOFT, baseline: "middle" });
    }
  }
  for (const time of [0, 1]) {
    const x = from + time * (to - from);
    line(context, [[x, top], [x, top + side]], RULE, 1);
  }
  const now = from + t * (to - from);
  line(context, [[now, top], [now, top + side]], INK, 1.2, [3, 3]);
}

function drawTimeScale(context, { left, top, side }, small, { from, to }) {
  const y = top + side + small * 1.15;
  const options = { size: small, color: SOFT };
  write(context, "0: noise", left, y, options);
  write(context, "time t \u2192", (from + to) / 2, y, { ...options, align: "center" });
  write(context, "1: data", left + side, y, { ...options, align: "right" });
}

/** A density along the second axis, growing from `from` over `width`; returns its peak. */
function drawDensity(context, { toY, half }, mixture, { from, width, color }) {
  const values = Array.from({ length: SAMPLES + 1 }, (_, i) => half * ((2 * i) / SAMPLES - 1));
  const heights = values.map((value) => Math.exp(logMixture(value, mixture)));
  const peak = Math.max(...heights);
  const points = values.map((value, i) => [from + (0.85 * width * heights[i]) / peak, toY(value)]);
  context.beginPath();
  context.moveTo(from, toY(-half));
  for (const [x, y] of points) context.lineTo(x, y);
  context.lineTo(from, toY(half));
  context.fillStyle = withAlpha(color, 0.25);
  context.fill();
  line(context, points, color, 1.6);
  return peak;
}

/** The samples' own density as steps over that of the data. */
function drawHistogram(context, { toY, half }, ends, { from, width, peak }) {
  const counts = new Float64Array(BINS);
  const size = (2 * half) / BINS;
  ends.forEach((end) => {
    const bin = Math.floor((end + half) / size);
    if (bin >= 0 && bin < BINS) counts[bin] += 1 / (ends.length * size);
  });
  const points = [];
  counts.forEach((height, bin) => {
    const x = from + Math.min(width, (0.85 * width * height) / peak);
    points.push([x, toY(bin * size - half)], [x, toY((bin + 1) * size - half)]);
  });
  line(context, points, MODEL, 1.5);
}
