// What is on show: two densities, how far the earth has gone, and all that follows from them.
import { peakOf } from "../shared/gaussians.js";
import { clamp, fixed } from "../shared/numbers.js";
import { bestPotential, bumps, clods, earthMover, jensenShannon, shifted, w1Against } from "./math.js";

export const LIMITS = [-10, 10];
export const CENTRES = [-8, 8];
const WIDTHS = [0.1, 2];
export const WIDEST_GAP = 12;
const FINE = 200; // clods of the moving hill
const COARSE = 16; // lines of the plan
const FAR = 30; // from -FAR to FAR everything has its mass
const STEP = 0.02;

export const PRESETS = [
  ["Overlapping", "W1 and JS both have a slope", { p: { mean: -0.75, std: 1, gap: 0 }, q: { mean: 0.75, std: 1 } }],
  ["Far apart", "JS is stuck at log 2", { p: { mean: -5, std: 0.8, gap: 0 }, q: { mean: 5, std: 0.8 } }],
  ["Two bumps to one", "the earth meets in the middle", { p: { mean: 0, std: 0.6, gap: 6 }, q: { mean: 0, std: 1 } }],
  ["Two parallel lines", "seen from their ends", { p: { mean: 0, std: 0.1, gap: 0 }, q: { mean: 2, std: 0.1 } }],
];

export function read(model) {
  const of = (name, traits) => Object.fromEntries(traits.map((trait) => [trait, model.get(`${name}_${trait}`)]));
  return {
    limits: LIMITS,
    p: of("p", ["mean", "std", "gap"]),
    q: of("q", ["mean", "std"]),
    moved: model.get("moved"),
    chosen: model.get("chosen"),
  };
}

export function values({ state: { p, q, moved, chosen } }) {
  return { p_mean: p.mean, p_std: p.std, p_gap: p.gap, q_mean: q.mean, q_std: q.std, moved, chosen };
}

/** The density with what it may have: its bumps on the axis, its width between a hair and a hill. */
export function allowed({ mean, std, gap = 0 }) {
  const wide = clamp(gap, 0, WIDEST_GAP);
  const [low, high] = [CENTRES[0] + wide / 2, CENTRES[1] - wide / 2];
  return { mean: clamp(mean, low, high), std: clamp(std, ...WIDTHS), gap: wide };
}

/** All that follows from the two densities, found anew where one has changed. */
export function refresh(state) {
  const key = JSON.stringify([state.p, state.q]);
  if (state.look?.key === key) return;
  const [p, q] = [bumps(state.p), bumps(state.q)];
  const fine = clods(p, q, FINE);
  const [earth, js] = [earthMover(p, q), jensenShannon(p, q)];
  state.look = {
    key, p, q, fine, coarse: clods(p, q, COARSE),
    pPeak: peakIn(p), qPeak: peakIn(q),
    w1: earth.w1, w1Slope: earth.slope, js: js.js, jsSlope: js.slope,
    potential: { low: -FAR, step: STEP, ...bestPotential(p, q, -FAR, STEP, Math.round((2 * FAR) / STEP) + 1) },
    against: againstOf(state, p, q, fine),
  };
}

/** W1 and JS for q at each of the places, found anew where p or q's width has changed. */
function againstOf({ look, p: settings, q: { mean, std } }, p, q, fine) {
  const key = JSON.stringify([settings, std]);
  if (look?.against.key === key) return look.against;
  const places = placesFor(p, std);
  const shifts = places.map((place) => place - mean);
  return { key, places, w1: w1Against(fine, shifts), js: shifts.map((by) => jensenShannon(p, shifted(q, by)).js) };
}

/** Means for q all along the axis, and closer together where JS changes fast: at p's bumps. */
function placesFor({ means, stds }, std) {
  const [first, last] = CENTRES;
  const even = Array.from({ length: 65 }, (_, i) => first + (i / 64) * (last - first));
  const around = (mean, width) => Array.from({ length: 49 }, (_, i) => mean + (i / 8 - 3) * width);
  const near = means.flatMap((mean, k) => around(mean, Math.hypot(stds[k], std)));
  return [...even, ...near.filter((x) => x > first && x < last)].sort((a, b) => a - b);
}

function peakIn(p) {
  return peakOf(p, [p.means[0] - p.stds[0], p.means.at(-1) + p.stds[0]]);
}

/** A number with its sign, also where it is above 0. */
export function signed(value, digits) {
  const text = fixed(value, digits);
  return Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

/** The sentence under the picture: what the arrow keys move comes first. */
export function describe({ moved, chosen, look }) {
  const say = (name) => {
    const means = look[name].means.map((mean) => fixed(mean, 2)).join(" and ");
    return `${name} at ${means}, standard deviation ${fixed(look[name].stds[0], 2)}`;
  };
  return (
    `${say(chosen)}; ${say(chosen === "q" ? "p" : "q")}. ` +
    `W1 ${fixed(look.w1, 3)} units of x, slope ${signed(look.w1Slope, 3)}; JS ${fixed(look.js, 3)} of at most ` +
    `${Math.LN2.toFixed(3)} nats, slope ${signed(look.jsSlope, 3)}, as q moves right. ` +
    `Earth moved: ${Math.round(100 * moved)} %.`
  );
}
