// One latent z ~ N(0, 1), one observation x | z ~ N(g(z), sigma^2), everything in nats.
// model = {decoder: "linear" or "square", weight, sigma}; q = {mean, std}.
import { fixed } from "../shared/numbers.js";

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const REACH = 12; // the prior beyond weighs less than 1e-31
const TAIL = 10; // standard deviations of q

/** log N(x; mean, std^2). */
export function logNormal(x, mean, std) {
  return -0.5 * ((x - mean) / std) ** 2 - Math.log(std) - HALF_LOG_TWO_PI;
}

/** The decoder: weight * z, or weight * z^2. */
export function generate(z, { decoder, weight }) {
  return decoder === "linear" ? weight * z : weight * z * z;
}

/** log p(x, z) = log p(z) + log p(x | z). */
export function logJoint(z, x, model) {
  return logNormal(z, 0, 1) + logNormal(x, generate(z, model), model.sigma);
}

/** log p(x): in closed form for the linear decoder, by the trapezoid rule over z for the square one. */
export function logEvidence(x, model) {
  if (model.decoder === "linear") return logNormal(x, 0, Math.hypot(model.weight, model.sigma));
  // Half of the narrowest width that the likelihood has where the prior has mass.
  const n = Math.ceil((2 * REACH) / Math.min(0.05, model.sigma / (16 * model.weight)));
  const step = (2 * REACH) / n;
  const logs = Float64Array.from({ length: n + 1 }, (_, i) => logJoint(-REACH + i * step, x, model));
  const peak = logs.reduce((a, b) => Math.max(a, b));
  return peak + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - peak), 0) * step);
}

/**
 * {evidence, elbo, gap, reconstruction, toPrior, energy, entropy} of q; evidence is log p(x).
 * The ELBO's parts are closed forms; the gap KL(q || p(z | x)) is integrated on its own.
 */
export function bound(x, q, model, evidence = logEvidence(x, model)) {
  const { sigma } = model;
  const square = q.mean ** 2 + q.std ** 2;
  const reconstruction = (-0.5 * expectedSquare(x, q, model)) / sigma ** 2 - Math.log(sigma) - HALF_LOG_TWO_PI;
  const toPrior = 0.5 * (square - 1) - Math.log(q.std);
  return {
    evidence,
    elbo: reconstruction - toPrior,
    gap: toPosterior(x, q, model, evidence),
    reconstruction,
    toPrior,
    energy: reconstruction - 0.5 * square - HALF_LOG_TWO_PI,
    entropy: 0.5 + HALF_LOG_TWO_PI + Math.log(q.std),
  };
}

/** E_q[(x - g(z))^2] from q's moments up to the fourth. */
function expectedSquare(x, { mean: m, std: s }, { decoder, weight }) {
  if (decoder === "linear") return (x - weight * m) ** 2 + (weight * s) ** 2;
  const [second, fourth] = [m ** 2 + s ** 2, m ** 4 + 6 * m ** 2 * s ** 2 + 3 * s ** 4];
  return x ** 2 - 2 * x * weight * second + weight ** 2 * fourth;
}

/** KL(q || p(z | x)) by the trapezoid rule on a grid that follows q. */
function toPosterior(x, { mean, std }, model, evidence) {
  const n = 400;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const z = mean + std * TAIL * ((2 * i) / n - 1);
    const logQ = logNormal(z, mean, std);
    sum += Math.exp(logQ) * (logQ - logJoint(z, x, model) + evidence);
  }
  return (sum * 2 * TAIL * std) / n;
}

/**
 * The Gaussian q with the highest ELBO. The linear decoder's is the posterior. The square one's solves
 * d ELBO / d mean = 0 and d ELBO / d std = 0: the mean is 0 or sits in a mode, here the one on `side`'s side.
 */
export function bestQ(x, model, side = 1) {
  const { decoder, weight, sigma } = model;
  const total = weight ** 2 + sigma ** 2;
  if (decoder === "linear") return { mean: (weight * x) / total, std: sigma / Math.sqrt(total) };
  // ELBO = log std - a E[z^4] + b E[z^2] + a constant, and u is std^2.
  const a = weight ** 2 / (2 * sigma ** 2);
  const b = (x * weight) / sigma ** 2 - 0.5;
  const candidates = [{ mean: 0, std: Math.sqrt((b + Math.sqrt(b * b + 12 * a)) / (12 * a)) }];
  const u = b > 0 && b * b > 6 * a ? 1 / (2 * (b + Math.sqrt(b * b - 6 * a))) : Infinity;
  const square = b / (2 * a) - 3 * u;
  if (square > 0) candidates.push({ mean: Math.sign(side || 1) * Math.sqrt(square), std: Math.sqrt(u) });
  const value = (q) => bound(x, q, model, 0).elbo;
  return candidates.reduce((best, q) => (value(q) > value(best) ? q : best));
}

/** total = first + second in whole units of the last digit shown, so that the numbers on screen add up too. */
export function addingUp(total, first, second) {
  const largest = Math.max(Math.abs(total), Math.abs(first), Math.abs(second));
  const digits = largest < 100 ? 3 : largest < 1000 ? 1 : 0;
  const [a, b] = [total, first].map((value) => Number(value.toFixed(digits)));
  return [a, b, a - b].map((value) => fixed(value || 0, digits));
}
