// Samplers on an exact mixture in the plane, in the variables in which the ODE is straight: y = x / signal = x_0 + s noise
// with s = sigma / signal. Points are flat, [x0, y0, x1, y1, ...]; a mixture is {means: [[x, y]], stds, weights}; levels
// are the values of s that a sampler visits, falling, the last of them 0. Python's twins: diffusion.samplers.

const NEGLIGIBLE = -40; // a logarithm: such a share of a sum is lost in its rounding

/** The mixture as flat arrays: of component k the mean (xs, ys), the variance and log w_k. */
function flattened({ means, stds, weights }) {
  return {
    xs: Float64Array.from(means, ([x]) => x),
    ys: Float64Array.from(means, ([, y]) => y),
    variances: Float64Array.from(stds, (std) => std * std),
    logWeights: Float64Array.from(weights, Math.log),
  };
}

/** The exact guess of the data: (y, s, out) fills out with E[x_0 | y] at each of the points (GaussianMixture.denoise). */
export function denoiser(mixture) {
  const { xs, ys, variances, logWeights } = flattened(mixture);
  const count = xs.length;
  const [offsets, halves, gains, logs] = Array.from({ length: 4 }, () => new Float64Array(count));
  return (y, s, out = new Float64Array(y.length)) => {
    for (let k = 0; k < count; k++) {
      const variance = variances[k] + s * s;
      offsets[k] = logWeights[k] - Math.log(variance);
      halves[k] = 0.5 / variance;
      gains[k] = variances[k] / variance;
    }
    for (let i = 0; i < y.length; i += 2) {
      const px = y[i];
      const py = y[i + 1];
      let most = -Infinity;
      for (let k = 0; k < count; k++) {
        const dx = px - xs[k];
        const dy = py - ys[k];
        logs[k] = offsets[k] - halves[k] * (dx * dx + dy * dy);
        if (logs[k] > most) most = logs[k];
      }
      let sum = 0;
      let sumX = 0;
      let sumY = 0;
      for (let k = 0; k < count; k++) {
        if (logs[k] - most < NEGLIGIBLE) continue;
        const share = Math.exp(logs[k] - most);
        sum += share;
        sumX += share * (xs[k] + gains[k] * (px - xs[k]));
        sumY += share * (ys[k] + gains[k] * (py - ys[k]));
      }
      out[i] = sumX / sum;
      out[i + 1] = sumY / sum;
    }
    return out;
  };
}

/** From start along the levels: step(y, x0, {s, then, k}) changes y; the step to s = 0 is every sampler's: to the guess. */
function walk(denoise, start, levels, step) {
  const y = Float64Array.from(start);
  const x0 = new Float64Array(y.length);
  for (let k = 0; k + 1 < levels.length; k++) {
    const [s, then] = [levels[k], levels[k + 1]];
    denoise(y, s, x0);
    if (then === 0) return x0;
    step(y, x0, { s, then, k });
  }
  return y;
}

/** Euler's steps on the probability-flow ODE, which are samplers.ddim with eta = 0. */
export function ddim(denoise, start, levels) {
  return walk(denoise, start, levels, (y, x0, { s, then }) => {
    const keep = then / s;
    for (let i = 0; i < y.length; i++) y[i] = x0[i] + keep * (y[i] - x0[i]);
  });
}

/** Heun's steps: the mean of the slopes at both ends (samplers.heun). Two calls a step, one at the last. */
export function heun(denoise, start, levels) {
  const ahead = new Float64Array(start.length);
  const guess = new Float64Array(start.length);
  return walk(denoise, start, levels, (y, x0, { s, then }) => {
    for (let i = 0; i < y.length; i++) ahead[i] = x0[i] + (then / s) * (y[i] - x0[i]);
    denoise(ahead, then, guess);
    for (let i = 0; i < y.length; i++) {
      const slope = (y[i] - x0[i]) / s;
      const slopeThen = (ahead[i] - guess[i]) / then;
      y[i] = ahead[i] + ((then - s) * (slopeThen - slope)) / 2;
    }
  });
}

/** DPM-Solver++(2M): the guess is carried on from the step before (samplers.dpm_solver_pp_2m; Lu et al. 2022). */
export function dpmSolver2M(denoise, start, levels) {
  const last = new Float64Array(start.length);
  let before = null; // the step before in log s
  return walk(denoise, start, levels, (y, x0, { s, then }) => {
    const h = Math.log(s / then);
    const ahead = before === null ? 0 : h / (2 * before);
    const keep = then / s;
    for (let i = 0; i < y.length; i++) {
      const guess = x0[i] + ahead * (x0[i] - last[i]);
      y[i] = keep * y[i] + (1 - keep) * guess;
      last[i] = x0[i];
    }
    before = h;
  });
}

/** Both ancestral samplers: the mean of q(y_then | y, x_0) at the guess, and noise of a deviation(s, then). */
function ancestral(deviation) {
  return (denoise, start, levels, noises) => {
    return walk(denoise, start, levels, (y, x0, { s, then, k }) => {
      const [keep, up, noise] = [(then / s) ** 2, deviation(s, then), noises[k]];
      for (let i = 0; i < y.length; i++) y[i] = x0[i] + keep * (y[i] - x0[i]) + up * noise[i];
    });
  };
}

/**
 * Euler's step down to s_down and fresh noise s_up, with s_up^2 + s_down^2 = s_then^2 (samplers.euler_ancestral, eta = 1).
 * s_up is the deviation of q(y_then | y, x_0): these are the steps of samplers.ddpm with the posterior's variance.
 */
export const eulerAncestral = ancestral((s, then) => then * Math.sqrt(1 - (then / s) ** 2));

/** The steps of samplers.ddpm with variance_type="fixed_large": beta of the step, which is more than the posterior's. */
export const ddpm = ancestral((s, then) => Math.sqrt(((s * s - then * then) * (1 + then * then)) / (1 + s * s)));

/**
 * Where the probability-flow ODE takes the points from level s: Runge and Kutta's fourth-order steps in log s, to a level
 * so low that the guess is the end. In them dy / dlog s = y - E[x_0 | y].
 */
export function flow(denoise, start, s, lowest, steps = 200) {
  const h = Math.log(lowest / s) / steps;
  const y = Float64Array.from(start);
  const [at, guess, sum] = Array.from({ length: 3 }, () => new Float64Array(y.length));
  for (let k = 0; k < steps; k++) {
    const level = (share) => s * Math.exp(h * (k + share));
    at.set(y);
    sum.fill(0);
    for (const [share, weight, next] of [[0, 1, 0.5], [0.5, 2, 0.5], [0.5, 2, 1], [1, 1, 0]]) {
      denoise(at, level(share), guess);
      for (let i = 0; i < y.length; i++) {
        const slope = at[i] - guess[i];
        sum[i] += weight * slope;
        at[i] = y[i] + next * h * slope;
      }
    }
    for (let i = 0; i < y.length; i++) y[i] += (h / 6) * sum[i];
  }
  return denoise(y, lowest);
}

/** The density at each of the points, as a share of its peak among them. */
export function density({ means, stds, weights }, points) {
  const values = Float64Array.from({ length: points.length / 2 }, (_, i) => {
    return weights.reduce((sum, weight, k) => {
      const square = (points[2 * i] - means[k][0]) ** 2 + (points[2 * i + 1] - means[k][1]) ** 2;
      return sum + (weight / stds[k] ** 2) * Math.exp(-square / (2 * stds[k] ** 2));
    }, 0);
  });
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  return values.map((value) => value / peak);
}

/**
 * n points of N(0, I) that are spread evenly, as the seeds of a sunflower: one in every n-th of the radii's distribution,
 * each turned on by the golden angle. So few points then hardly differ from all of N(0, I), and what is seen is what the
 * sampler does. The seed turns the whole and moves each point within its part.
 */
export function evenNormals({ uniform }, n) {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const turn = 2 * Math.PI * uniform();
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (i + uniform()) / n));
    points[2 * i] = radius * Math.cos(turn + i * golden);
    points[2 * i + 1] = radius * Math.sin(turn + i * golden);
  }
  return points;
}

/** n exact draws: a component by its weight, then a point of it. */
export function sampleMixture({ means, stds, weights }, { uniform, normal }, n) {
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    let [k, left] = [0, uniform() - weights[0]];
    while (left >= 0 && k < weights.length - 1) left -= weights[++k];
    for (const axis of [0, 1]) points[2 * i + axis] = means[k][axis] + stds[k] * normal();
  }
  return points;
}
