// Guidance in the plane with everything known: points are flat, [x0, y0, x1, y1, ...]; a mixture is {means: [[x, y]],
// stds, weights, labels}. Python's twins: diffusion.guidance_exact.LabelledMixture, samplers.heun and samplers.ddpm.
import { ddpmStep, diffuse, levelsOf, visitedTimes } from "../shared/noising.js";

const TRAIN_STEPS = 1000;
const BETAS = [1e-4, 0.02];
const NEGLIGIBLE = -45; // a logarithm: such a share of a sum is lost in its rounding

/** alpha-bar of NoiseSchedule.linear(), with 1 before any noise. */
export const LEVELS = levelsOf(
  Array.from({ length: TRAIN_STEPS }, (_, i) => BETAS[0] + ((BETAS[1] - BETAS[0]) * i) / (TRAIN_STEPS - 1)),
);

/** A mixture as flat arrays, the label's own components first, `split` of them; logs: room for log w_k N at a point. */
function flattened({ means, stds, weights, labels }, label) {
  const indices = [...labels.keys()];
  const own = indices.filter((k) => labels[k] === label);
  const order = [...own, ...indices.filter((k) => labels[k] !== label)];
  const listed = (value) => Float64Array.from(order, value);
  return {
    xs: listed((k) => means[k][0]),
    ys: listed((k) => means[k][1]),
    precisions: listed((k) => 1 / (stds[k] * stds[k])),
    offsets: listed((k) => Math.log(weights[k]) - Math.log(2 * Math.PI * stds[k] * stds[k])),
    logs: listed(() => 0),
    split: own.length,
  };
}

function fillLogs({ xs, ys, precisions, offsets, logs }, x, y) {
  for (let k = 0; k < logs.length; k++) {
    const dx = x - xs[k];
    const dy = y - ys[k];
    logs[k] = offsets[k] - 0.5 * precisions[k] * (dx * dx + dy * dy);
  }
}

function largest(logs, from, to) {
  let most = -Infinity;
  for (let k = from; k < to; k++) if (logs[k] > most) most = logs[k];
  return most;
}

/** Of the components in [from, to): the sum of exp(logs - most), and the score (x, y) of their density. */
function partScore({ xs, ys, precisions, logs }, { from, to, most }, x, y) {
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  for (let k = from; k < to; k++) {
    if (logs[k] - most < NEGLIGIBLE) continue;
    const share = Math.exp(logs[k] - most);
    sum += share;
    sumX += share * precisions[k] * (xs[k] - x);
    sumY += share * precisions[k] * (ys[k] - y);
  }
  return { sum, x: sumX / sum, y: sumY / sum };
}

/**
 * grad log p(x) + s grad log p(y | x) at each of the points. With the scores of p(x | y) and of all that has another
 * label, it is score_own + (s - 1) (1 - p(y | x)) (score_own - score_other). Each side's sum is scaled by its own
 * largest term, so that neither vanishes far out.
 */
export function guidedScore(mixture, label, s, points) {
  const flat = flattened(mixture, label);
  const { logs, split } = flat;
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i];
    const y = points[i + 1];
    fillLogs(flat, x, y);
    const most = largest(logs, 0, split);
    const mostOther = largest(logs, split, logs.length);
    const own = partScore(flat, { from: 0, to: split, most }, x, y);
    const other = partScore(flat, { from: split, to: logs.length, most: mostOther }, x, y);
    const odds = (own.sum / other.sum) * Math.exp(most - mostOther); // of the label against the rest
    const more = (s - 1) / (1 + odds);
    out[i] = own.x + more * (own.x - other.x);
    out[i + 1] = own.y + more * (own.y - other.y);
  }
  return out;
}

/** The guided noise prediction: (points, t) -> -sqrt(1 - alpha-bar_t) times the guided score of p_t. */
export function guidedEpsilon(mixture, label, s) {
  return (points, t) => {
    const sigma = Math.sqrt(1 - LEVELS[t]);
    const noisy = { ...diffuse(mixture, LEVELS[t]), labels: mixture.labels };
    return guidedScore(noisy, label, s, points).map((value) => -sigma * value);
  };
}

/** The probability-flow ODE from the noise to the data in Heun's steps, as samplers.heun takes them. */
export function odeSamples(epsilon, start, steps) {
  const times = visitedTimes(TRAIN_STEPS, steps);
  let x = start;
  for (let k = steps; k > 0; k--) {
    const [t, before] = [times[k], times[k - 1]];
    const [signal, signalBefore] = [t, before].map((time) => Math.sqrt(LEVELS[time]));
    const step = ratio(before) - ratio(t);
    const y = x.map((value) => value / signal);
    const slope = epsilon(x, t);
    x = y.map((value, i) => (value + step * slope[i]) * signalBefore);
    if (before === 0) break; // there is no noise left to predict
    const next = epsilon(x, before);
    x = y.map((value, i) => (value + (step * (slope[i] + next[i])) / 2) * signalBefore);
  }
  return x;
}

const ratio = (t) => Math.sqrt((1 - LEVELS[t]) / LEVELS[t]);

/**
 * Ancestral steps with given noises, as samplers.ddpm takes them with variance_type="fixed_large": on Gaussians 200 of
 * them come within 3 % of the reverse SDE's variance, which the smaller variance misses by 10 %.
 */
export function ancestralSamples(epsilon, start, noises) {
  const times = visitedTimes(TRAIN_STEPS, noises.length);
  let x = start;
  for (let k = noises.length; k > 0; k--) {
    const step = { a: LEVELS[times[k]], before: LEVELS[times[k - 1]], variance: "fixed_large" };
    x = ddpmStep(x, epsilon(x, times[k]), noises[k - 1], step);
  }
  return x;
}

/** At each of the points: log p(x), log p(y | x), and the share of each of the label's modes within it. */
export function factsAt(mixture, label, points) {
  const flat = flattened(mixture, label);
  const { logs, split } = flat;
  const n = points.length / 2;
  const [logDensity, logClass] = [new Float64Array(n), new Float64Array(n)];
  const shares = Array.from({ length: split }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    fillLogs(flat, points[2 * i], points[2 * i + 1]);
    const peak = largest(logs, 0, logs.length);
    const most = largest(logs, 0, split);
    let mine = 0;
    for (let k = 0; k < split; k++) mine += Math.exp(logs[k] - most);
    logDensity[i] = peak + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - peak), 0));
    logClass[i] = most + Math.log(mine) - logDensity[i];
    for (let k = 0; k < split; k++) shares[k][i] = Math.exp(logs[k] - most) / mine;
  }
  return { points, logDensity, logClass, shares };
}

/** p(x) p(y | x)^s as a share of its peak; at s = 1 that is p(x | y), up to a factor. */
export function tilted({ logDensity, logClass }, s) {
  const logs = logDensity.map((log, i) => log + s * logClass[i]);
  const peak = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  return logs.map((log) => Math.exp(log - peak));
}

/** Under weights on the points: the mean p(y | x), the total variance and the share of each of the label's modes. */
export function measure({ points, logClass, shares }, weights) {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const mean = (value) => weights.reduce((total, weight, i) => total + weight * value(i), 0) / sum;
  const [x, y] = [mean((i) => points[2 * i]), mean((i) => points[2 * i + 1])];
  return {
    posterior: mean((i) => Math.exp(logClass[i])),
    variance: mean((i) => (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2),
    shares: shares.map((each) => mean((i) => each[i])),
  };
}

/**
 * n draws of N(0, I) that are spread evenly: radii and angles each have one draw in every n-th of their distribution.
 * So few points then hardly differ from all of N(0, I) in spread, and what is seen is what guidance does.
 */
export function evenNormals({ uniform }, n) {
  const angles = shuffled(uniform, n);
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (i + uniform()) / n));
    const angle = (2 * Math.PI * (angles[i] + uniform())) / n;
    points[2 * i] = radius * Math.cos(angle);
    points[2 * i + 1] = radius * Math.sin(angle);
  }
  return points;
}

function shuffled(uniform, n) {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const other = Math.floor(uniform() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
