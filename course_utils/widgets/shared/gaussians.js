// Divergences in nats between a Gaussian mixture p = {means, stds, weights} and a Gaussian q = {mean, std},
// by the trapezoid rule, which converges faster than any power of the step for densities like these.
import { clamp } from "./numbers.js";
import { normalCdf } from "./special.js";

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
export const TAIL = 10; // standard deviations; what lies beyond weighs less than 1e-22

/** log N(x; mean, std^2). */
export function logNormal(x, mean, std) {
  const z = (x - mean) / std;
  return -0.5 * z * z - Math.log(std) - HALF_LOG_TWO_PI;
}

/** log(exp(a) + exp(b)) that cannot overflow. */
export function logAddExp(a, b) {
  const [high, low] = a > b ? [a, b] : [b, a];
  return high === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** log p(x). */
export function logMixture(x, p) {
  let total = -Infinity;
  for (let k = 0; k < p.means.length; k++) {
    if (p.weights[k] > 0) {
      total = logAddExp(total, Math.log(p.weights[k]) + logNormal(x, p.means[k], p.stds[k]));
    }
  }
  return total;
}

/** The largest density of p between the limits. */
export function peakOf(p, [low, high]) {
  const heights = Array.from({ length: 401 }, (_, i) => Math.exp(logMixture(low + (i / 400) * (high - low), p)));
  return Math.max(...heights);
}

/** q inside the picture: the centre on the axis, the width between a hair and half of it. */
export function insideOf([low, high], { mean, std }) {
  return { mean: clamp(mean, low, high), std: clamp(std, (high - low) / 140, (high - low) / 2) };
}

/** P(X <= x) under p. */
export function mixtureCdf(x, p) {
  return p.means.reduce((sum, mean, k) => sum + p.weights[k] * normalCdf((x - mean) / p.stds[k]), 0);
}

/** {forward: KL(p || q), reverse: KL(q || p), js: JS(p, q), w1: W1(p, q)}; w1 in units of x. */
export function divergences(p, q) {
  const low = Math.min(q.mean - TAIL * q.std, ...p.means.map((mean, k) => mean - TAIL * p.stds[k]));
  const high = Math.max(q.mean + TAIL * q.std, ...p.means.map((mean, k) => mean + TAIL * p.stds[k]));
  const narrowest = Math.min(q.std, ...p.stds);
  const n = clamp(Math.ceil((6 * (high - low)) / narrowest), 2000, 20000);
  const step = (high - low) / n;
  const sums = { forward: 0, reverse: 0, js: 0, w1: 0 };
  for (let i = 0; i <= n; i++) {
    const x = low + i * step;
    const logP = logMixture(x, p);
    const logQ = logNormal(x, q.mean, q.std);
    const logM = logAddExp(logP, logQ) - Math.LN2;
    const [densityP, densityQ] = [Math.exp(logP), Math.exp(logQ)];
    sums.forward += densityP * (logP - logQ);
    sums.reverse += densityQ * (logQ - logP);
    sums.js += 0.5 * (densityP * (logP - logM) + densityQ * (logQ - logM));
    sums.w1 += Math.abs(mixtureCdf(x, p) - normalCdf((x - q.mean) / q.std));
  }
  for (const name of Object.keys(sums)) sums[name] = Math.max(0, sums[name] * step);
  return sums;
}

/** The q that minimises KL(p || q): it has p's mean and standard deviation. */
export function forwardMinimiser(p) {
  const mean = p.means.reduce((sum, m, k) => sum + p.weights[k] * m, 0);
  const square = p.means.reduce((sum, m, k) => sum + p.weights[k] * (m * m + p.stds[k] ** 2), 0);
  return { mean, std: Math.sqrt(square - mean * mean) };
}
