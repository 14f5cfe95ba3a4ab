// The game in one dimension, in nats: p = {means, stds, weights} are the data, q = {mean, std} the generator's
// density, and a discriminator is a function from x to the logit of D(x) = P(x is data).
import { logMixture, logNormal } from "../shared/gaussians.js";
import { clamp } from "../shared/numbers.js";

const REACH = 10; // standard deviations; what lies beyond weighs less than 1e-22

/** log(1 + exp(x)) that cannot overflow. */
export function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** D from its logit. */
export function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
}

/** The best discriminator D* = p / (p + q): its logit is log p - log q. */
export function best(p, q) {
  return (x) => logMixture(x, p) - logNormal(x, q.mean, q.std);
}

/** A discriminator of the reader's own: sigmoid(slope (x - boundary)). */
export function logistic({ slope, boundary }) {
  return (x) => slope * (x - boundary);
}

/** What each place adds to V: p log D + q log(1 - D), never above 0. */
export function gainAt(x, p, q, logit) {
  const l = logit(x);
  return -Math.exp(logMixture(x, p)) * softplus(-l) - Math.exp(logNormal(x, q.mean, q.std)) * softplus(l);
}

/** V(D) = E_p log D + E_q log(1 - D), by the trapezoid rule. */
export function gameValue(p, q, logit) {
  const low = Math.min(q.mean - REACH * q.std, ...p.means.map((mean, k) => mean - REACH * p.stds[k]));
  const high = Math.max(q.mean + REACH * q.std, ...p.means.map((mean, k) => mean + REACH * p.stds[k]));
  const n = clamp(Math.ceil((6 * (high - low)) / Math.min(q.std, ...p.stds)), 2000, 20000);
  let sum = 0;
  for (let i = 0; i <= n; i++) sum += gainAt(low + (i * (high - low)) / n, p, q, logit);
  return (sum * (high - low)) / n;
}

/** p, or the first of its modes alone. */
export function dataDensity({ means, stds, weights }, firstOnly) {
  return firstOnly ? { means: [means[0]], stds: [stds[0]], weights: [1] } : { means, stds, weights };
}
