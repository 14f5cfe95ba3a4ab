// Noise and data for the pictures, spread evenly: so few points then hardly differ from all of their distribution.
import { quantiles } from "./transport.js";

const GOLDEN = Math.PI * (3 - Math.sqrt(5)); // the angle of turning that comes back nowhere near a place it has been

/** 0, ..., n - 1 in an order by chance. */
export function shuffled({ uniform }, n) {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const other = Math.floor(uniform() * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/**
 * n draws of N(0, I), one in every n-th of the distribution: on a line of its values, from the lowest; in the plane of
 * its radii, from the smallest, each turned by the golden angle from the last, so that any run of them goes all round.
 */
export function evenNoise(random, n, dim) {
  const shares = Array.from({ length: n }, (_, i) => (i + random.uniform()) / n);
  if (dim === 1) return quantiles({ means: [0], stds: [1], weights: [1] }, shares);
  const first = 2 * Math.PI * random.uniform();
  const points = new Float64Array(2 * n);
  shares.forEach((share, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - share));
    points[2 * i] = radius * Math.cos(first + i * GOLDEN);
    points[2 * i + 1] = radius * Math.sin(first + i * GOLDEN);
  });
  return points;
}

/** n draws of a mixture in an order by chance; each component has its share of them, to the nearest whole number. */
export function evenData({ means, stds, weights }, random, n) {
  const dim = means[0].length;
  const points = new Float64Array(n * dim);
  const places = shuffled(random, n);
  let [k, below] = [0, weights[0]];
  for (let i = 0; i < n; i++) {
    while ((i + 0.5) / n > below && k < weights.length - 1) below += weights[++k];
    for (let axis = 0; axis < dim; axis++) points[places[i] * dim + axis] = means[k][axis] + stds[k] * random.normal();
  }
  return points;
}

/** The mean posterior over the mixture's components at the points: their shares of each mode. */
export function sharesOf({ means, stds, weights }, points) {
  const dim = means[0].length;
  const count = points.length / dim;
  const shares = weights.map(() => 0);
  for (let i = 0; i < count; i++) {
    const logs = weights.map((weight, k) => {
      const square = means[k].reduce((sum, mean, axis) => sum + (points[i * dim + axis] - mean) ** 2, 0);
      return Math.log(weight) - dim * Math.log(stds[k]) - square / (2 * stds[k] * stds[k]);
    });
    const most = Math.max(...logs);
    const parts = logs.map((log) => Math.exp(log - most));
    const sum = parts.reduce((total, part) => total + part, 0);
    parts.forEach((part, k) => (shares[k] += part / sum / count));
  }
  return shares;
}
