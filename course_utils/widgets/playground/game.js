// The game itself: two nets, data, and one round after another. The states depend on the settings and nothing else.
import { normals, stream, subSeed } from "../shared/random.js";
import { DATA_SETS, sampleData } from "./data.js";
import { LOSSES, meanLoss } from "./losses.js";
import { adam, backward, forward, makeNet } from "./nn.js";

export const LATENT = 2;
export const G_SLOPE = 0; // ReLU in the generator, LeakyReLU in the discriminator, as course_utils.gan
export const D_SLOPE = 0.2;
const HIDDEN = 32;
const BATCH = 64;

/** A new game: {G, D, step, dLoss, gLoss, ...}; settings: {data, loss, d_steps, g_lr, d_lr, seed}. */
export function newGame(settings) {
  const seed = (use) => stream(subSeed(settings.seed, use));
  return {
    settings,
    data: DATA_SETS[settings.data],
    loss: LOSSES[settings.loss],
    G: makeNet([LATENT, HIDDEN, HIDDEN, 2], G_SLOPE, seed(0)),
    D: makeNet([2, HIDDEN, HIDDEN, 1], D_SLOPE, seed(1)),
    chance: seed(2),
    step: 0,
    dLoss: NaN,
    gLoss: NaN,
  };
}

/** d_steps steps of D, each on fresh data and fresh fakes, then one step of G (Goodfellow et al. 2014, algorithm 1). */
export function playRound(game) {
  const { settings, data, chance, G } = game;
  const fresh = () => normals(chance, BATCH, LATENT);
  for (let i = 0; i < settings.d_steps; i++) {
    const real = sampleData(data, chance, BATCH);
    game.dLoss = discriminatorStep(game, real, forward(G, fresh(), BATCH).out);
  }
  game.gLoss = generatorStep(game, fresh());
  game.step += 1;
}

/** One step of D on points real and fake [n * 2]; returns its loss before the step. */
export function discriminatorStep({ D, loss, settings }, real, fake) {
  let total = 0;
  for (const [part, points] of [[loss.real, real], [loss.fake, fake]]) {
    const pass = forward(D, points, points.length / 2);
    const { loss: value, grad } = meanLoss(part, pass.out);
    backward(D, pass, grad);
    total += value;
  }
  adam(D, settings.d_lr);
  return total;
}

/** One step of G from z [n * LATENT], through D, which stays as it is; returns G's loss before the step. */
export function generatorStep({ G, D, loss, settings }, z) {
  const n = z.length / LATENT;
  const made = forward(G, z, n);
  const judged = forward(D, made.out, n);
  const { loss: value, grad } = meanLoss(loss.g, judged.out);
  backward(G, made, backward(D, judged, grad, false));
  adam(G, settings.g_lr);
  return value;
}

/** Where G's loss pulls each point [n * 2]: minus the gradient of the point's own loss, [n * 2]. */
export function pull({ D, loss }, points) {
  const n = points.length / 2;
  const judged = forward(D, points, n);
  const slopes = judged.out.map((output) => -loss.g(output)[1]);
  return backward(D, judged, slopes, false);
}
