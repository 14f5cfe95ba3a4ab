// p = {means, stds, weights} is a Gaussian mixture, q = {mean, std} a Gaussian; in nats.
import { TAIL, forwardMinimiser, logMixture, logNormal } from "../shared/gaussians.js";

/** What each place adds to KL(p || q) ("forward") or KL(q || p) ("reverse"): p log(p/q) or q log(q/p). */
export function integrand(x, p, q, direction) {
  const logP = logMixture(x, p);
  const logQ = logNormal(x, q.mean, q.std);
  return direction === "forward" ? Math.exp(logP) * (logP - logQ) : Math.exp(logQ) * (logQ - logP);
}

/** The q that minimises KL(q || p): the best of a search from each mode and from the broad q. */
export function reverseMinimiser(p) {
  const starts = p.means.map((mean, k) => ({ mean, std: p.stds[k] }));
  const ends = [...starts, forwardMinimiser(p)].map((start) => descend(p, start));
  return ends.reduce((best, end) => (end.value < best.value - 1e-9 ? end : best));
}

/** KL(q || p) on a grid that follows q. */
function reverseKl(p, mean, std) {
  const n = 600;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const z = TAIL * ((2 * i) / n - 1);
    const logQ = logNormal(mean + std * z, mean, std);
    sum += Math.exp(logQ) * (logQ - logMixture(mean + std * z, p));
  }
  return (sum * 2 * TAIL * std) / n;
}

/** A pattern search in (mean, log std): keep any step that helps, halve the steps when none does. */
function descend(p, start) {
  let best = { ...start, value: reverseKl(p, start.mean, start.std) };
  for (let step = 0.25; step > 1e-6; ) {
    const scale = best.std;
    const tries = [
      [best.mean + step * scale, best.std],
      [best.mean - step * scale, best.std],
      [best.mean, best.std * Math.exp(step)],
      [best.mean, best.std * Math.exp(-step)],
    ].map(([mean, std]) => ({ mean, std, value: reverseKl(p, mean, std) }));
    const next = tries.reduce((a, b) => (b.value < a.value ? b : a));
    if (next.value < best.value) best = next;
    else step /= 2;
  }
  return best;
}
