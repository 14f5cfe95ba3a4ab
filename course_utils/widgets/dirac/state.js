// What the reader chooses, what follows from it, and the sentence under the picture.
import { clamp, fixed, minus } from "../shared/numbers.js";
import { KINKED, fieldEigenvalues, pathFrom, stepEigenvalues, verdictOf } from "./math.js";

/** The traits that follow the page. */
export const NAMES = ["game", "penalty", "strength", "h", "rule", "theta", "psi"];
export const HALF = 2.5; // of the plane, in theta and in psi
export const STEPS = 2000; // of which the verdict is read off
export const SHOWN = 300; // of them in the curve and in the playing
/** The notches of the two sliders. */
export const STRENGTHS = [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10];
export const SIZES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 2.5];
export const GAME_NAMES = {
  minimax: "minimax", non_saturating: "non-saturating", lsgan: "least squares", wgan: "WGAN", hinge: "hinge",
};
/** Of each penalty its name, the letter of its strength and what the strength is at first. */
export const PENALTY_NAMES = {
  none: { name: "none", letter: "", first: 0 },
  r1: { name: "R1", letter: "\u03b3", first: 0.5 },
  wgan_gp: { name: "WGAN-GP", letter: "\u03bb", first: 0.5 },
  dragan: { name: "DRAGAN", letter: "\u03bb", first: 0.5 },
  instance_noise: { name: "instance noise", letter: "\u03c3", first: 1 },
  clip: { name: "weight clipping", letter: "c", first: 1 },
  consensus: { name: "consensus", letter: "\u03b3", first: 0.5 },
};

const usual = { theta: 1, psi: 1, h: 0.1 };
export const PRESETS = [
  ["WGAN circles", { ...usual, game: "wgan", penalty: "none", strength: 0, rule: "alternating" }],
  ["Simultaneous steps spiral out", { ...usual, game: "wgan", penalty: "none", strength: 0, rule: "simultaneous" }],
  ["R1 arrives", { ...usual, game: "wgan", penalty: "r1", strength: 0.5, rule: "simultaneous" }],
  ["WGAN-GP need not", { ...usual, game: "wgan", penalty: "wgan_gp", strength: 0.5, rule: "simultaneous" }],
];

export function readSettings(model) {
  return Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
}

/** The path from the start, its verdict and the eigenvalues. */
export function lookAt(settings) {
  const path = pathFrom(settings, [settings.theta, settings.psi], STEPS);
  return { path, verdict: verdictOf(path), field: fieldEigenvalues(settings), step: stepEigenvalues(settings) };
}

/** A place kept within the plane, on hundredths. */
export function inPlane([theta, psi]) {
  const [first, second] = [theta, psi].map((value) => Math.round(clamp(value, -HALF, HALF) * 100) / 100);
  return { theta: first, psi: second };
}

export const modulus = ([re, im]) => Math.hypot(re, im);

/** Two eigenvalues in words; what rounds to 0 is left out beside an imaginary part. */
export function pairText([[re, im], [other]], digits = 2) {
  const text = (value) => fixed(value, digits);
  if (im === 0) return re === other ? `${text(re)} twice` : `${text(re)} and ${text(other)}`;
  const real = Math.abs(re) < 0.5 * 10 ** -digits ? "" : `${text(re)} `;
  return `${real}\u00b1 ${text(im)}i`.replace("\u00b1 ", real ? "\u00b1 " : "\u00b1");
}

/** A distance in three digits; far out or close by, in powers of ten. */
export function distanceText(value) {
  if (!Number.isFinite(value)) return "beyond all numbers";
  const plain = value === 0 || (value >= 0.001 && value < 10000);
  return plain ? String(Number(value.toPrecision(3))) : minus(value.toExponential(1).replace("e+", "e"));
}

/** The letter of the strength with its value, "" where there is none. */
export function strengthText({ penalty, strength }) {
  const { letter } = PENALTY_NAMES[penalty];
  return letter && `${letter} = ${strength}`;
}

/** The penalty with its strength. */
export function penaltyText(settings) {
  const { penalty } = settings;
  return penalty === "none" ? "no penalty" : `${PENALTY_NAMES[penalty].name}, ${strengthText(settings)}`;
}

function coordinate(value) {
  if (Math.abs(value) < 10000) return fixed(value, 2);
  return `${value < 0 ? "\u2212" : ""}${distanceText(Math.abs(value))}`;
}

function placeText(place) {
  if (!place.every(Number.isFinite)) return distanceText(Infinity);
  return `(\u03b8, \u03c8) = (${place.map(coordinate).join(", ")})`;
}

/** What the eigenvalues say, in words. */
export function eigenText({ penalty }, { field, step }) {
  if (!step) return `${PENALTY_NAMES[penalty].name} has no eigenvalues here: |\u03c8| has a kink at \u03c8 = 0.`;
  const most = Math.max(...step.map(modulus));
  const where = Math.abs(most - 1) < 1e-12 ? "on" : most > 1 ? "outside" : "inside";
  const modulusText = `of modulus ${fixed(most, 4)}, ${where} the unit circle`;
  return `Eigenvalues: field ${pairText(field)}; one step ${pairText(step)}, ${modulusText}.`;
}

/** The live summary. */
export function describe({ settings, look, at }) {
  const { game, h, rule, theta, psi } = settings;
  const steps = `${rule} steps of h = ${h} from ${placeText([theta, psi])}`;
  return [
    `The ${GAME_NAMES[game]} game with ${penaltyText(settings)}; ${steps}: the path ${look.verdict}.`,
    eigenText(settings, look),
    `Step ${at}: ${placeText(look.path[at])};`,
    `distance to (0, 0) after ${STEPS.toLocaleString("en")} steps: ${distanceText(modulus(look.path[STEPS]))}.`,
  ].join(" ");
}

/** Whether the penalty leaves the field without a Jacobian at (0, 0). */
export const isKinked = (penalty) => KINKED.includes(penalty);
