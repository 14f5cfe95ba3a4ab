// Diffusion step by step: points are flat, [x0, y0, x1, y1, ...]; levels[t] is alpha-bar after step t of the
// mathematics, levels[0] = 1 before any noise.

/** alpha-bar_0 = 1, alpha-bar_1, ..., alpha-bar_T from the betas. */
export function levelsOf(betas) {
  const levels = new Float64Array(betas.length + 1).fill(1);
  betas.forEach((beta, i) => (levels[i + 1] = levels[i] * (1 - beta)));
  return levels;
}

/** The times that a sampler of `steps` steps visits, from 0 to T, as samplers.timesteps has them. */
export function visitedTimes(total, steps) {
  return Array.from({ length: steps + 1 }, (_, k) => halfToEven(total - ((steps - k) * total) / steps));
}

/** Round as Python does: a half goes to the even neighbour. */
function halfToEven(value) {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/** The mixture of x_t = sqrt(a) x_0 + sqrt(1 - a) noise (exact.GaussianMixture.diffuse). */
export function diffuse({ means, stds, weights }, a) {
  return {
    means: means.map(([x, y]) => [Math.sqrt(a) * x, Math.sqrt(a) * y]),
    stds: stds.map((std) => Math.sqrt(a * std * std + 1 - a)),
    weights,
  };
}

/** The guess of x_0 that a prediction of the noise stands for, at level a. */
export function guessOfData(points, epsilon, a) {
  return points.map((x, i) => (x - Math.sqrt(1 - a) * epsilon[i]) / Math.sqrt(a));
}

/** One step of samplers.ddpm from level a to the level `before`; the last one, to 1, adds no noise. */
export function ddpmStep(points, epsilon, noise, { a, before, variance }) {
  const alpha = a / before;
  const fromGuess = (Math.sqrt(before) * (1 - alpha)) / (1 - a);
  const fromPoint = (Math.sqrt(alpha) * (1 - before)) / (1 - a);
  const fresh = variance === "fixed_large" ? 1 - alpha : ((1 - alpha) * (1 - before)) / (1 - a);
  const std = before === 1 ? 0 : Math.sqrt(fresh);
  const guess = guessOfData(points, epsilon, a);
  return points.map((x, i) => fromGuess * guess[i] + fromPoint * x + std * noise[i]);
}
