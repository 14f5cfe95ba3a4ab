// What comes from Python and what the reader chooses, as the pictures need it; and the sentence under them.
import { clamp, fixed } from "../shared/numbers.js";
import { gridVelocity } from "./learned.js";
import { METHODS } from "./math.js";
import { LINES } from "./session.js";

/** The traits that follow the page; `session`: those that begin the computing anew. */
export const NAMES = {
  session: ["data", "coupling", "seed"],
  all: ["data", "coupling", "rounds", "steps", "method", "field", "t", "seed", "traced"],
};
export const NOTCHES = 100; // of the time
export const MOST_STEPS = 50;
export const ROUNDS = [0, 1, 2];
export const PAIRS_SHOWN = (LINES * (LINES - 1)) / 2;
const REACH = 3.2; // standard deviations of the noise and of every mode that are on show

/** What Python gave: for each mixture by name a problem {mixture, dim, half, models}, and their captions. */
export function readGiven(model) {
  const { name: learned, rounds } = { name: "", rounds: [], ...model.get("learned") };
  const mixtures = model.get("mixtures");
  const problems = mixtures.map(({ name, ...mixture }) => [
    name,
    {
      mixture,
      dim: mixture.means[0].length,
      half: halfOf(mixture),
      models: name === learned ? rounds.map(gridVelocity) : [],
    },
  ]);
  return { mixtures, problems: Object.fromEntries(problems), hasModel: rounds.length > 0 };
}

function halfOf({ means, stds }) {
  const reach = means.map((mean, k) => Math.max(...mean.map(Math.abs)) + REACH * stds[k]);
  return Math.max(REACH, ...reach);
}

/** The settings as the model has them. */
export function readSettings(model) {
  return Object.fromEntries(NAMES.all.map((name) => [name, model.get(name)]));
}

/** What drives the flow: the student's velocity where it was given for these data and this round. */
export function fieldOf({ session, settings }) {
  return settings.field === "learned" && settings.rounds < session.models.length ? "learned" : "exact";
}

/** A time within the slider, on one of its notches. */
export function onNotch(t) {
  return Math.round(clamp(t, 0, 1) * NOTCHES) / NOTCHES;
}

/** What the pairs are called that a reflow puts in order: only on a line do lines out of order have to cross. */
export function pairsText({ dim }) {
  return dim === 1 ? "crossing pairs" : "pairs out of order";
}

/** The steps in words, with the calls of the velocity that they cost. */
export function stepsText({ steps, method }) {
  const calls = steps * METHODS[method].calls;
  const name = method === "euler" ? "Euler" : "midpoint";
  return `${steps} ${name} ${steps === 1 ? "step" : "steps"} (${calls} ${calls === 1 ? "call" : "calls"})`;
}

/** The shares of the modes; of more than three, how far they are from the truth at most. */
function sharesText(shares, weights) {
  const listed = (numbers) => numbers.map((share) => fixed(share, 2)).join(" : ");
  if (shares.length <= 3) return `shares ${listed(shares)} (truth ${listed(weights)})`;
  const gap = Math.max(...shares.map((share, k) => Math.abs(share - weights[k])));
  return `shares within ${fixed(gap, 3)} of the truth`;
}

function point(points, dim, i) {
  const numbers = Array.from(points.subarray(i * dim, (i + 1) * dim), (value) => fixed(value, 2));
  return dim === 1 ? numbers[0] : `(${numbers.join(", ")})`;
}

/** The live summary. */
export function describe(current) {
  const { session, settings, look } = current;
  const { dim } = session;
  const { crossings, straightness } = look.round.measures;
  const { error, w1, shares } = look.run.measures;
  const coupling = settings.coupling === "independent" ? "independent" : "optimal transport";
  const verb = dim === 1 ? "pairs of lines cross" : "pairs of lines are out of order";
  const ends = [look.round.ends, look.ends];
  const [line, flow] = ends.map((points) => point(points, dim, settings.traced));
  const parts = [
    `t = ${fixed(settings.t, 2)}, round ${settings.rounds} of reflow, ${coupling} coupling.`,
    `${crossings} of ${PAIRS_SHOWN} ${verb}; straightness of the flow ${fixed(straightness, 3)}.`,
    `${stepsText(settings)}: ends off by ${fixed(error, 3)}, W1 to the data ${fixed(w1, 3)},`,
    `${sharesText(shares, session.truth.weights)}.`,
    `Point ${settings.traced}: noise ${point(session.starts, dim, settings.traced)}, line to ${line}, flow to ${flow}.`,
  ];
  if (settings.field === "learned" && fieldOf(current) === "exact") {
    const missing = session.models.length ? "this round" : "these data";
    parts.push(`Your model was not given for ${missing}.`);
  }
  return parts.join(" ");
}

/** What Python reads of what is on show. */
export function numbersOf(current) {
  const { settings, look } = current;
  const { crossings, straightness } = look.round.measures;
  const fixedParts = { rounds: settings.rounds, field: fieldOf(current), pairs: PAIRS_SHOWN };
  return { ...fixedParts, crossings, straightness, ...look.run.measures };
}
