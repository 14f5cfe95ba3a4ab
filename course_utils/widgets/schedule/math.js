// Noise schedules of T steps in float64, as course_utils.diffusion.NoiseSchedule has them: index i is step i + 1.
import { clamp, minus } from "../shared/numbers.js";

const MAX_BETA = 0.999;
const LEAST_SIGNAL = 0.01; // below this share of signal in the variance a step is called wasted
const [LOWEST, HIGHEST, GAP] = [-30, 16, 0.05]; // of a control point's log-SNR, and between neighbours
const PLACES = [0, 0.03, 0.14, 0.35, 0.65, 0.9, 0.97, 1]; // of the control points along the steps
export const MOST_GRIPS = PLACES.length; // Python may set fewer points

/** The presets: alpha-bar at each of so many steps. */
export const PRESETS = {
  linear: (steps) => linearLevels(steps, 1e-4, 0.02),
  "linear_0.04": (steps) => linearLevels(steps, 1e-4, 0.04),
  cosine: (steps) => cosineLevels(steps, 0.008),
  cosine_no_offset: (steps) => cosineLevels(steps, 0),
  sigmoid: (steps) => cutLevels(sigmoidCurve(steps)),
};

/** Betas on a straight line (Ho et al. 2020). */
function linearLevels(steps, start, end) {
  let level = 1;
  return Float64Array.from({ length: steps }, (_, i) => (level *= 1 - (start + ((end - start) * i) / (steps - 1))));
}

/** alpha-bar as a squared cosine (Nichol & Dhariwal 2021). */
function cosineLevels(steps, s) {
  const angle = (i) => ((i / steps + s) / (1 + s)) * (Math.PI / 2);
  return cutLevels(Float64Array.from({ length: steps + 1 }, (_, i) => Math.cos(angle(i)) ** 2));
}

/** alpha-bar as a sigmoid from -3 to 3 (Jabri et al. 2022), up to a factor, at steps 0 to T. */
function sigmoidCurve(steps) {
  const levels = Float64Array.from({ length: steps + 1 }, (_, i) => 1 / (1 + Math.exp((6 * i) / steps - 3)));
  return levels.map((level) => level - levels[steps]);
}

/** alpha-bar of T steps from T + 1 levels, up to a factor, with every beta cut at MAX_BETA. */
function cutLevels(levels) {
  let level = 1;
  const next = (_, i) => (level *= 1 - Math.min(MAX_BETA, 1 - levels[i + 1] / levels[i]));
  return Float64Array.from({ length: levels.length - 1 }, next);
}

/** log(alpha-bar / (1 - alpha-bar)). */
export function toLogSnr(alphaBar) {
  return Math.log(alphaBar) - Math.log1p(-alphaBar);
}

/** alpha-bar = SNR / (1 + SNR). */
export function toAlphaBar(logSnr) {
  return 1 / (1 + Math.exp(-logSnr));
}

/**
 * {alphaBar, logSnr, beta}, each of T numbers, of a base [T] of alpha-bars, or of the monotone curve through
 * points [[step, log-SNR], ...] where there are any, with the signal-to-noise ratio times scale.
 */
export function makeSchedule({ base, points, scale }) {
  const shift = Math.log(scale);
  const through = points.length ? monotone(points) : null;
  const logSnr = base.map((level, i) => (through ? through(i + 1) : toLogSnr(level)) + shift);
  const alphaBar = points.length || shift ? logSnr.map(toAlphaBar) : base;
  const beta = alphaBar.map((level, i) => 1 - level / (i ? alphaBar[i - 1] : 1));
  return { alphaBar, logSnr, beta };
}

/** The share of steps whose alpha-bar is below 0.01: hardly anything of the signal is left to lose. */
export function wastedShare(alphaBar) {
  return alphaBar.reduce((count, level) => count + (level < LEAST_SIGNAL), 0) / alphaBar.length;
}

/** The image at noise level alpha-bar: x0 in [-1, 1] and noise alike; pixels back on the scale from 0 to 1. */
export function noised(x0, noise, alphaBar) {
  const [signal, sigma] = [Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar)];
  return x0.map((value, i) => (signal * value + sigma * noise[i] + 1) / 2);
}

/** Control points on the schedule, [[step, log-SNR], ...], their values kept inside what a point may have. */
export function pointsOn(logSnr) {
  const last = logSnr.length - 1;
  const indices = PLACES.map((place) => Math.round(place * last));
  return indices.map((at, i) => [at + 1, clamp(logSnr[at], ...valueLimits(i))]);
}

/**
 * The points with the i-th moved to [step, log-SNR]. Sideways its neighbours stop it, and the ends keep their steps;
 * up and down it pushes the others before it, so that the curve goes on falling.
 */
export function movePoint(points, i, [step, value]) {
  const [before, after] = [points[i - 1], points[i + 1]];
  const kept = clamp(value, ...valueLimits(i));
  const push = (old, away) => (away > 0 ? Math.max(old, kept + GAP * away) : Math.min(old, kept + GAP * away));
  const aside = before && after ? Math.min(points.at(-1)[0] / 100, (after[0] - before[0]) / 3) : 0;
  const place = aside ? clamp(step, before[0] + aside, after[0] - aside) : points[i][0];
  return points.map(([at, old], j) => (j === i ? [place, kept] : [at, push(old, i - j)]));
}

function valueLimits(i) {
  return [LOWEST + GAP * (PLACES.length - 1 - i), HIGHEST - GAP * i];
}

/** The monotone cubic through points [[x, y], ...] (PCHIP, Fritsch & Butland 1984), as a function of x. */
export function monotone(points) {
  const widths = points.slice(1).map(([x], k) => x - points[k][0]);
  const rises = points.slice(1).map(([, y], k) => (y - points[k][1]) / widths[k]);
  const slopes = points.map((_, k) => slopeAt(k, widths, rises));
  return (x) => {
    const next = points.findIndex(([at]) => x <= at);
    const k = clamp((next < 0 ? points.length : next) - 1, 0, widths.length - 1);
    const [width, share] = [widths[k], (x - points[k][0]) / widths[k]];
    const square = share * share * (3 - 2 * share);
    const [left, right] = [slopes[k] * share * (1 - share) ** 2, slopes[k + 1] * share * share * (share - 1)];
    return points[k][1] * (1 - square) + points[k + 1][1] * square + width * (left + right);
  };
}

/** The slope of the monotone cubic at point k: a weighted harmonic mean inside, three points at an end. */
function slopeAt(k, widths, rises) {
  if (rises.length === 1) return rises[0];
  const last = rises.length;
  if (k === 0) return slopeAtEnd(widths[0], widths[1], rises[0], rises[1]);
  if (k === last) return slopeAtEnd(widths[last - 1], widths[last - 2], rises[last - 1], rises[last - 2]);
  if (rises[k - 1] * rises[k] <= 0) return 0;
  const [one, two] = [2 * widths[k] + widths[k - 1], widths[k] + 2 * widths[k - 1]];
  return (one + two) / (one / rises[k - 1] + two / rises[k]);
}

function slopeAtEnd(width, nextWidth, rise, nextRise) {
  const slope = ((2 * width + nextWidth) * rise - width * nextRise) / (width + nextWidth);
  if (slope * rise <= 0) return 0;
  return rise * nextRise < 0 && Math.abs(slope) > 3 * Math.abs(rise) ? 3 * rise : slope;
}

/** A number in three digits; tiny ones with a power of ten, and just below 1 as many as tell it from 1. */
export function inShort(value) {
  const size = Math.abs(value);
  if (value > 0.99 && value < 1 - 1e-9) return String(Number(value.toFixed(1 - Math.floor(Math.log10(1 - value)))));
  if (size >= 1000) return value > 1e6 ? powerOfTen(value) : Math.round(value).toLocaleString("en");
  if (size === 0 || size >= 0.001) return minus(Number(value.toPrecision(3)));
  return powerOfTen(value);
}

function powerOfTen(value) {
  const [digits, exponent] = value.toExponential(1).split("e");
  const raised = [...String(Number(exponent))].map((sign) => (sign === "-" ? "\u207b" : RAISED[Number(sign)]));
  return `${minus(digits)}\u00b710${raised.join("")}`;
}

const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
