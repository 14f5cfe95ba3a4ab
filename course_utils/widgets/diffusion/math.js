// Diffusion in the plane, with everything known: points are flat, [x0, y0, x1, y1, ...]; a mixture is {means: [[x, y]],
// stds, weights}; levels[t] is alpha-bar after step t of the mathematics, levels[0] = 1 before any noise.
import { diffuse, guessOfData } from "../shared/noising.js";

/** A function of (x, y): log p, and the posterior over the components in `shares`. */
export function responder({ means, stds, weights }) {
  const shares = new Float64Array(weights.length);
  const offsets = weights.map((w, k) => Math.log(w) - Math.log(2 * Math.PI * stds[k] * stds[k]));
  const halves = stds.map((std) => 0.5 / (std * std));
  const at = (x, y) => {
    let most = -Infinity;
    for (let k = 0; k < shares.length; k++) {
      const [dx, dy] = [x - means[k][0], y - means[k][1]];
      shares[k] = offsets[k] - halves[k] * (dx * dx + dy * dy);
      if (shares[k] > most) most = shares[k];
    }
    let sum = 0;
    for (let k = 0; k < shares.length; k++) sum += shares[k] = Math.exp(shares[k] - most);
    for (let k = 0; k < shares.length; k++) shares[k] /= sum;
    return most + Math.log(sum);
  };
  return { at, shares };
}

/** log p at each of the points. */
export function logDensity(mixture, points) {
  const { at } = responder(mixture);
  return Float64Array.from({ length: points.length / 2 }, (_, i) => at(points[2 * i], points[2 * i + 1]));
}

/** The score, grad log p, at each of the points. */
export function score(mixture, points) {
  const { at, shares } = responder(mixture);
  const { means, stds } = mixture;
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    at(points[i], points[i + 1]);
    for (let k = 0; k < shares.length; k++) {
      const share = shares[k] / (stds[k] * stds[k]);
      out[i] += share * (means[k][0] - points[i]);
      out[i + 1] += share * (means[k][1] - points[i + 1]);
    }
  }
  return out;
}

/** The exact noise prediction: (points, t) -> -sqrt(1 - alpha-bar_t) times the score of p_t. */
export function exactEpsilon(mixture, levels) {
  return (points, t) => {
    const sigma = Math.sqrt(1 - levels[t]);
    return score(diffuse(mixture, levels[t]), points).map((value) => -sigma * value);
  };
}

/** One step of samplers.ddim with eta = 0 from level a to the level `before`. */
export function ddimStep(points, epsilon, { a, before }) {
  const guess = guessOfData(points, epsilon, a);
  return guess.map((x0, i) => Math.sqrt(before) * x0 + Math.sqrt(1 - before) * epsilon[i]);
}

/** The forward chain in one step between two visited times, from the level `before` to the level a. */
export function forwardStep(points, noise, { a, before }) {
  const alpha = a / before;
  return points.map((x, i) => Math.sqrt(alpha) * x + Math.sqrt(1 - alpha) * noise[i]);
}

/** n points of the mixture. */
export function sampleMixture({ means, stds, weights }, { uniform, normal }, n) {
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    let [k, left] = [0, uniform() - weights[0]];
    while (left >= 0 && k < weights.length - 1) left -= weights[++k];
    for (const axis of [0, 1]) points[2 * i + axis] = means[k][axis] + stds[k] * normal();
  }
  return points;
}

/**
 * How the points compare with a mixture: shares, the mean posterior over its components, which is the weights for true
 * draws; gap, the largest difference from them; spread, the root of the mean square distance from the component's
 * mean in units of its std, which is 1 for true draws.
 */
export function compare(mixture, points) {
  const { at, shares } = responder(mixture);
  const { means, stds, weights } = mixture;
  const n = points.length / 2;
  const mean = weights.map(() => 0);
  let square = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    at(x, y);
    for (let k = 0; k < mean.length; k++) {
      const [dx, dy] = [x - means[k][0], y - means[k][1]];
      mean[k] += shares[k] / n;
      square += (shares[k] * (dx * dx + dy * dy)) / (2 * n * stds[k] * stds[k]);
    }
  }
  const gap = Math.max(...mean.map((share, k) => Math.abs(share - weights[k])));
  return { shares: mean, gap, spread: Math.sqrt(square) };
}

/** The mean square of the differences, over points and coordinates. */
export function meanSquare(a, b) {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}
