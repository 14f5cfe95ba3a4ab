// How far samples are from the exact density, and from where the exact ODE would have taken the same noise.
import { normalCdf } from "../shared/special.js";

const DIRECTIONS = 16; // over half a turn, none along an axis

const ANGLES = Array.from({ length: DIRECTIONS }, (_, d) => ((d + 0.5) * Math.PI) / DIRECTIONS);

/** count values that lie as N(0, 1) does: its quantiles at the middles of count equal parts, by bisection. */
export function normalQuantiles(count) {
  return Float64Array.from({ length: count }, (_, j) => {
    let [low, high] = [-9, 9];
    for (let halving = 0; halving < 40; halving++) {
      const middle = (low + high) / 2;
      if (normalCdf(middle) < (j + 0.5) / count) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}

/** So many of `count` for each weight, as whole numbers that sum to it (largest remainders). */
export function quotas(weights, count) {
  const shares = weights.map((weight) => weight * count);
  const whole = shares.map(Math.floor);
  const order = shares.map((share, k) => [share - whole[k], k]).sort(([a], [b]) => b - a);
  const left = count - whole.reduce((sum, each) => sum + each, 0);
  for (const [, k] of order.slice(0, left)) whole[k] += 1;
  return whole;
}

/** The exact density seen from each direction: [DIRECTIONS] arrays of `count` values, rising. */
export function referenceOf({ means, stds, weights }, count) {
  const counts = quotas(weights, count);
  const quantiles = new Map([...new Set(counts)].map((each) => [each, normalQuantiles(each)]));
  return ANGLES.map((angle) => {
    const values = means.map(([x, y], k) => {
      const centre = x * Math.cos(angle) + y * Math.sin(angle);
      return Array.from(quantiles.get(counts[k]), (z) => centre + stds[k] * z);
    });
    return Float64Array.from(values.flat()).sort();
  });
}

/**
 * Sliced W1: the mean over the directions of the distance on a line between the points and the reference, which has a
 * whole multiple of as many values.
 */
export function slicedW1(points, reference) {
  const n = points.length / 2;
  const each = reference[0].length / n; // so many of the reference stand for each of the points, in the same order
  const seen = new Float64Array(n);
  let total = 0;
  reference.forEach((values, d) => {
    const cos = Math.cos(ANGLES[d]);
    const sin = Math.sin(ANGLES[d]);
    for (let i = 0; i < n; i++) seen[i] = points[2 * i] * cos + points[2 * i + 1] * sin;
    seen.sort();
    let sum = 0;
    for (let i = 0; i < n; i++) {
      for (let j = i * each; j < (i + 1) * each; j++) sum += Math.abs(seen[i] - values[j]);
    }
    total += sum / values.length;
  });
  return total / reference.length;
}

/** The share of the points in each mode, by their posterior over the components; and the largest gap to the weights. */
export function modeMasses({ means, stds, weights }, points) {
  const masses = new Float64Array(weights.length);
  const shares = new Float64Array(weights.length);
  const offsets = weights.map((weight, k) => Math.log(weight) - 2 * Math.log(stds[k]));
  for (let i = 0; i < points.length; i += 2) {
    let most = -Infinity;
    for (let k = 0; k < shares.length; k++) {
      const dx = points[i] - means[k][0];
      const dy = points[i + 1] - means[k][1];
      shares[k] = offsets[k] - (0.5 * (dx * dx + dy * dy)) / (stds[k] * stds[k]);
      if (shares[k] > most) most = shares[k];
    }
    let sum = 0;
    for (let k = 0; k < shares.length; k++) sum += shares[k] = Math.exp(shares[k] - most);
    for (let k = 0; k < shares.length; k++) masses[k] += (shares[k] / sum) * (2 / points.length);
  }
  return { masses: Array.from(masses), gap: Math.max(...weights.map((weight, k) => Math.abs(masses[k] - weight))) };
}

/** The distance of each point from its partner, in order of size. */
export function distances(points, others) {
  const apart = (_, i) => Math.hypot(points[2 * i] - others[2 * i], points[2 * i + 1] - others[2 * i + 1]);
  return Float64Array.from({ length: points.length / 2 }, apart).sort();
}
