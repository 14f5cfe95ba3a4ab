// p and q are Gaussian mixtures on a line, {means, stds, weights}: JS in nats, W1 in units of x.
import { TAIL, logMixture, mixtureCdf } from "../shared/gaussians.js";

const SAME = 1e-6; // CDFs that differ by less are taken as equal: what erfc leaves of accuracy, and some more
// Steps of a sum for each standard deviation of the narrower density: fine ones where there is a kink to sum over.
const [FINE_STEPS, STEPS] = [24, 4];

/** One bump at the mean, or two of half the mass each, `gap` apart. */
export function bumps({ mean, std, gap = 0 }) {
  if (!gap) return { means: [mean], stds: [std], weights: [1] };
  return { means: [mean - gap / 2, mean + gap / 2], stds: [std, std], weights: [0.5, 0.5] };
}

/** q moved to the right. */
export function shifted(q, by) {
  return { ...q, means: q.means.map((mean) => mean + by) };
}

export function density(x, p) {
  return Math.exp(logMixture(x, p));
}

/** {w1, slope}: the area between the CDFs, and how it grows for each unit that q moves right. */
export function earthMover(p, q) {
  const [low, high] = [Math.min(ends(p)[0], ends(q)[0]), Math.max(ends(p)[1], ends(q)[1])];
  const { n, step } = gridOf(low, high, p, q, FINE_STEPS);
  let [w1, slope] = [0, 0];
  let [gap, below] = [0, 0]; // P - Q, and Q, at the last point
  for (let i = 1; i <= n; i++) {
    const x = low + i * step;
    const nextBelow = mixtureCdf(x, q);
    const nextGap = mixtureCdf(x, p) - nextBelow;
    // Between two points P - Q is taken as a straight line, which changes its sign after this share of the way.
    const share = gap * nextGap < 0 ? gap / (gap - nextGap) : 1;
    const rest = 1 - share;
    const [width, nextWidth] = rest ? [share, rest] : [1, 1];
    w1 += 0.5 * step * (width * Math.abs(gap) + nextWidth * Math.abs(nextGap));
    const sign = rest ? share * Math.sign(gap) + rest * Math.sign(nextGap) : Math.sign(gap + nextGap);
    slope += (nextBelow - below) * sign;
    [gap, below] = [nextGap, nextBelow];
  }
  return { w1, slope };
}

/**
 * {js, slope}: JS = log 2 - 1/2 the integral of p log(1 + q/p) + q log(1 + p/q), which is 0 where only one of the two
 * has mass; and its slope as q moves right, 1/2 the integral of q' log(1 + p/q).
 */
export function jensenShannon(p, q) {
  const [low, high] = [Math.max(ends(p)[0], ends(q)[0]), Math.min(ends(p)[1], ends(q)[1])];
  if (low >= high) return { js: Math.LN2, slope: 0 };
  const { n, step } = gridOf(low, high, p, q, STEPS);
  let [shared, slope] = [0, 0];
  for (let i = 0; i <= n; i++) {
    const x = low + i * step;
    const [logP, logQ] = [logMixture(x, p), logMixture(x, q)];
    const bonus = logOnePlusExp(logP - logQ);
    shared += Math.exp(logP) * logOnePlusExp(logQ - logP) + Math.exp(logQ) * bonus;
    slope += derivative(x, q) * bonus;
  }
  return { js: Math.max(0, Math.LN2 - 0.5 * shared * step), slope: 0.5 * slope * step };
}

/** Where the share u of p's mass lies to the left, by halving an interval. */
export function quantile(u, p) {
  let [low, high] = ends(p);
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (mixtureCdf(middle, p) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The plan as n clods of equal mass, [from, to] each: on a line the order is kept. */
export function clods(p, q, n) {
  return Array.from({ length: n }, (_, i) => [quantile((i + 0.5) / n, p), quantile((i + 0.5) / n, q)]);
}

/** The earth after a share of the way, [x, density] for each clod: its place, and how far it is stretched. */
export function onTheWay(p, q, pairs, share) {
  return pairs.map(([from, to]) => {
    const stretch = (1 - share) / density(from, p) + share / density(to, q);
    return [(1 - share) * from + share * to, 1 / stretch];
  });
}

/** W1 with q moved by each of the shifts, from the clods of the plan. */
export function w1Against(pairs, shifts) {
  return shifts.map((by) => pairs.reduce((sum, [from, to]) => sum + Math.abs(from - to - by), 0) / pairs.length);
}

/**
 * The best potential at low, low + step, ...: {f, ofP, ofQ}, its values and its means under p and q. Its slope is the
 * sign of Q - P, and 0 where the CDFs agree; its mean over p and q together is 0.
 */
export function bestPotential(p, q, low, step, n) {
  const f = [0];
  for (let i = 1; i < n; i++) {
    const x = low + (i - 0.5) * step;
    const ahead = mixtureCdf(x, q) - mixtureCdf(x, p);
    f.push(f[i - 1] + (Math.abs(ahead) > SAME ? Math.sign(ahead) * step : 0));
  }
  const mean = (of) => f.reduce((sum, value, i) => sum + value * density(low + i * step, of), 0) * step;
  const [ofP, ofQ] = [mean(p), mean(q)];
  const middle = (ofP + ofQ) / 2;
  return { f: f.map((value) => value - middle), ofP: ofP - middle, ofQ: ofQ - middle };
}

/** Where p begins and ends. */
function ends(p) {
  const at = (sign) => p.means.map((mean, k) => mean + sign * TAIL * p.stds[k]);
  return [Math.min(...at(-1)), Math.max(...at(1))];
}

function gridOf(low, high, p, q, steps) {
  const n = Math.ceil((steps * (high - low)) / Math.min(...p.stds, ...q.stds));
  return { n, step: (high - low) / n };
}

/** q'(x). */
function derivative(x, q) {
  return q.means.reduce((sum, mean, k) => {
    const z = (x - mean) / q.stds[k];
    return sum - (q.weights[k] * z * Math.exp(-0.5 * z * z)) / (Math.sqrt(2 * Math.PI) * q.stds[k] ** 2);
  }, 0);
}

function logOnePlusExp(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
