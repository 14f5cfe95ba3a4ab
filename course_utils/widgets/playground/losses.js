// What the two players minimise, on D's raw outputs: course_utils.gan.losses, with the gradients by hand.
import { clamp } from "../shared/numbers.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** log(1 + exp(x)) that cannot overflow. */
export function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

// For one output: [loss, slope]. The loss of a batch is the mean.
const crossEntropy = {
  real: (r) => [softplus(-r), -sigmoid(-r)],
  fake: (f) => [softplus(f), sigmoid(f)],
  score: sigmoid,
  boundary: 0,
};

/** By name: D's part on real and on fake data, G's on fake data; score: D's opinion in 0..1; boundary: its 1/2. */
export const LOSSES = {
  non_saturating: { ...crossEntropy, g: (f) => [softplus(-f), -sigmoid(-f)] },
  minimax: { ...crossEntropy, g: (f) => [-softplus(f), -sigmoid(f)] },
  lsgan: {
    real: (r) => [0.5 * (r - 1) ** 2, r - 1],
    fake: (f) => [0.5 * f * f, f],
    g: (f) => [0.5 * (f - 1) ** 2, f - 1],
    score: (output) => clamp(output, 0, 1),
    boundary: 0.5,
  },
  hinge: {
    real: (r) => [Math.max(0, 1 - r), r < 1 ? -1 : 0],
    fake: (f) => [Math.max(0, 1 + f), f > -1 ? 1 : 0],
    g: (f) => [-f, -1],
    score: sigmoid,
    boundary: 0,
  },
};

/** {loss, grad}: the mean of `part` over outputs [n], and its gradient [n]. */
export function meanLoss(part, outputs) {
  const n = outputs.length;
  const grad = new Float64Array(n);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const [value, slope] = part(outputs[i]);
    loss += value / n;
    grad[i] = slope / n;
  }
  return { loss, grad };
}
