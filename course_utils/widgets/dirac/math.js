// The Dirac-GAN of course_utils/gan/dirac.py: data at 0, the generator at theta, D(x) = psi x. A place is
// [theta, psi], a complex number [real, imaginary].
import { clamp } from "../shared/numbers.js";
import { normalCdf } from "../shared/special.js";

export const RULES = ["simultaneous", "alternating"];
const [GROWTH, DECAY, NOTHING] = [1.05, 0.85, 1e-6]; // as in dirac.py
const NODES = Float64Array.from({ length: 65 }, (_, i) => -8 + i / 4); // of a standard normal
const WEIGHTS = normalised(NODES.map((z) => Math.exp((-z * z) / 2)));

function normalised(values) {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

const sigmoid = (t) => 1 / (1 + Math.exp(-t));
const bell = (t) => sigmoid(t) * sigmoid(-t);
const always = (value) => () => value;
const crossEntropy = { real: (t) => -sigmoid(-t), fake: sigmoid, fakeBend: bell };
const unbent = { fakeBend: always(0), generator: always(-1), generatorBend: always(0) };
const least = { real: (t) => t - 0.5, fake: (t) => t + 0.5, fakeBend: always(1) };

/** The slopes of each game's losses at t = psi x, D's on real and on fake data and G's; bends: second derivatives. */
export const GAMES = {
  minimax: { ...crossEntropy, generator: (t) => -sigmoid(t), generatorBend: (t) => -bell(t) },
  non_saturating: { ...crossEntropy, generator: (t) => -sigmoid(-t), generatorBend: bell },
  lsgan: { ...least, generator: (t) => t - 0.5, generatorBend: always(1) },
  wgan: { ...unbent, real: always(-1), fake: always(1) },
  hinge: { ...unbent, real: (t) => (t < 1 ? -1 : 0), fake: (t) => (t > -1 ? 1 : 0) },
};

const addNothing = (game, place, direction) => direction;
const pullToSlope1 = (game, [, psi], [dTheta, dPsi], strength) => {
  return [dTheta, dPsi - 2 * strength * (Math.abs(psi) - 1) * Math.sign(psi)];
};

/** What each penalty makes of the field of a game at a place, with a strength. */
export const PENALTIES = {
  none: addNothing,
  r1: (game, [, psi], [dTheta, dPsi], strength) => [dTheta, dPsi - strength * psi],
  wgan_gp: pullToSlope1,
  dragan: pullToSlope1,
  instance_noise: (game, place, direction, strength) => {
    if (strength === 0) return direction;
    return game === GAMES.hinge ? noisyHinge(place, strength) : noisy(game, place, strength);
  },
  clip: (game, [, psi], [dTheta, dPsi], strength) => {
    return [dTheta, Math.abs(psi) >= strength && psi * dPsi > 0 ? 0 : dPsi];
  },
  consensus: (game, [theta, psi], [dTheta, dPsi], strength) => {
    const t = psi * theta;
    const [thetaTheta, psiPsi] = [-psi * psi * game.generatorBend(t), -theta * theta * game.fakeBend(t)];
    const thetaPsi = -game.generator(t) - t * game.generatorBend(t);
    const psiTheta = -game.fake(t) - t * game.fakeBend(t);
    return [
      dTheta - strength * (thetaTheta * dTheta + psiTheta * dPsi),
      dPsi - strength * (thetaPsi * dTheta + psiPsi * dPsi),
    ];
  },
};
export const KINKED = ["wgan_gp", "dragan"]; // |psi| has no derivative at 0

/** The field in the mean over noise on the point of the data and on that of the generator. */
function noisy(game, [theta, psi], std) {
  let dTheta = 0;
  let dPsi = 0;
  for (let i = 0; i < NODES.length; i++) {
    const real = std * NODES[i];
    const fake = theta + real;
    dTheta -= WEIGHTS[i] * psi * game.generator(psi * fake);
    dPsi -= WEIGHTS[i] * (real * game.real(psi * real) + fake * game.fake(psi * fake));
  }
  return [dTheta, dPsi];
}

function noisyHinge([theta, psi], std) {
  const density = (z) => (std * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  const width = Math.abs(psi) * std;
  const edge = (psi * theta + 1) / width;
  return [psi, -theta * normalCdf(edge) - Math.sign(psi) * (density(edge) + density(1 / width))];
}

/** The direction in which both players move from a place; setup: {game, penalty, strength}. */
export function fieldAt({ game: name, penalty, strength }, place) {
  const [game, [theta, psi]] = [GAMES[name], place];
  const direction = [-psi * game.generator(psi * theta), -theta * game.fake(psi * theta)];
  return PENALTIES[penalty](game, place, direction, strength);
}

/** The next place; setup: {game, penalty, strength, h, rule}. In alternating steps D moves first. */
export function nextPlace(setup, [theta, psi]) {
  const { h, rule, penalty, strength } = setup;
  let [dTheta, dPsi] = fieldAt(setup, [theta, psi]);
  let moved = psi + h * dPsi;
  if (penalty === "clip") moved = clamp(moved, -strength, strength);
  if (rule === "alternating") [dTheta] = fieldAt(setup, [theta, moved]);
  return [theta + h * dTheta, moved];
}

/** All places of so many steps, the start included. */
export function pathFrom(setup, start, steps) {
  const places = [start];
  for (let s = 0; s < steps; s++) places.push(nextPlace(setup, places[s]));
  return places;
}

/** The field's Jacobian at (0, 0) is [[a, s], [-s, b]]: {a, b, s}, or null where there is none. */
function jacobian({ game: name, penalty, strength }) {
  const [s, bend] = [GAMES[name].fake(0), GAMES[name].fakeBend(0)];
  if (KINKED.includes(penalty)) return null;
  if (penalty === "r1") return { a: 0, b: -strength, s };
  if (penalty === "instance_noise") return { a: 0, b: -2 * bend * strength ** 2, s };
  if (penalty === "consensus") return { a: -strength * s * s, b: -strength * s * s, s };
  return { a: 0, b: 0, s };
}

function roots(trace, determinant) {
  const [middle, square] = [trace / 2, (trace / 2) ** 2 - determinant];
  const root = Math.sqrt(Math.abs(square));
  return square >= 0 ? [[middle + root, 0], [middle - root, 0]] : [[middle, root], [middle, -root]];
}

/** The eigenvalues of the field at (0, 0), or null. */
export function fieldEigenvalues(setup) {
  const at = jacobian(setup);
  return at && roots(at.a + at.b, at.a * at.b + at.s ** 2);
}

/** The eigenvalues of one step at (0, 0), or null. */
export function stepEigenvalues(setup) {
  const [at, { h, rule }] = [jacobian(setup), setup];
  if (!at) return null;
  if (rule === "simultaneous") return fieldEigenvalues(setup).map(([re, im]) => [1 + h * re, h * im]);
  return roots(2 + h * (at.a + at.b) - (h * at.s) ** 2, (1 + h * at.a) * (1 + h * at.b));
}

/** What a path does, read off its four quarters: "spirals out", "arrives", "circles" or "stalls". */
export function verdictOf(path) {
  if (path.some((place) => !place.every(Number.isFinite))) return "spirals out";
  const quarter = Math.floor((path.length - 1) / 4);
  const late = path.slice(-4 * quarter);
  const farthest = [0, 1, 2, 3].map((k) => {
    return Math.max(...late.slice(k * quarter, (k + 1) * quarter).map(([theta, psi]) => Math.hypot(theta, psi)));
  });
  const last = farthest[3];
  if (last > 0 && [1, 2, 3].every((k) => farthest[k] >= GROWTH * farthest[k - 1])) return "spirals out";
  if (last <= Math.max(DECAY * farthest[2], NOTHING * Math.max(...farthest))) return "arrives";
  return Math.abs(turned(late.slice(2 * quarter))) >= Math.PI ? "circles" : "stalls";
}

/** The angle by which a path goes around (0, 0). */
function turned(path) {
  let angle = 0;
  for (let s = 1; s < path.length; s++) {
    const [[x, y], [u, v]] = [path[s - 1], path[s]];
    angle += Math.atan2(x * v - y * u, x * u + y * v);
  }
  return angle;
}
