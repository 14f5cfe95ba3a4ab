// What comes from Python and what the reader chooses, as the pictures need it; and the sentence under them.
import { decodeBytes } from "../shared/base64.js";
import { levelsOf } from "../shared/noising.js";
import { fixed } from "../shared/numbers.js";
import { learnedEpsilon } from "./learned.js";

/** The traits that follow the page; `session`: those that begin the computing anew. */
export const NAMES = {
  session: ["steps", "variance", "data", "seed"],
  all: ["t", "process", "field", "steps", "variance", "data", "seed", "traced"],
};
const REACH = 3; // standard deviations of a mode that must be on show
const NOISE_REACH = 3.2; // so much of N(0, I) is on show

/** What Python gave: the levels, and one problem {levels, mixture, half, learned} for each mixture by name. */
export function readGiven(model) {
  const network = model.get("network").layers ? model.get("network") : null;
  const betas = new Float64Array(decodeBytes(model.get("betas")).buffer);
  const levels = levelsOf(betas);
  const mixtures = model.get("mixtures");
  const learned = network && learnedEpsilon({ embedding: model.get("embedding"), network });
  const problems = mixtures.map((mixture, i) => [
    mixture.name,
    { levels, mixture, half: halfOf(mixture), learned: i === 0 ? learned : null }, // trained on the first alone
  ]);
  return { levels, mixtures, network, problems: Object.fromEntries(problems), steps: model.get("step_choices") };
}

/** The settings as the model has them. */
export function readSettings(model) {
  return Object.fromEntries(NAMES.all.filter((name) => name !== "t").map((name) => [name, model.get(name)]));
}

/** Half the side of the square that shows the noise and every mode. */
function halfOf({ means, stds }) {
  return Math.max(NOISE_REACH, ...means.map(([x, y], k) => Math.max(Math.abs(x), Math.abs(y)) + REACH * stds[k]));
}

/** The visited time nearest to t, as an index. */
export function nearestTime({ times }, t) {
  return times.reduce((best, time, k) => (Math.abs(time - t) < Math.abs(times[best] - t) ? k : best), 0);
}

/** The processes on show. */
export function processesOf({ process }) {
  return process === "both" ? ["stochastic", "deterministic"] : [process];
}

const point = ([x, y]) => `(${fixed(x, 2)}, ${fixed(y, 2)})`;

/** Above the samples. */
export function titleOf({ settings, session, k, look }) {
  const lag = look.shown.some((one) => one.k > k) ? " \u2013 computing\u2026" : "";
  const way = settings.process === "forward" ? "Forward" : "Reverse";
  return `${way}, t = ${session.times[k].toLocaleString("en")}${lag}`;
}

/** The live summary. */
export function describe({ session, settings, given, k, look }) {
  const t = session.times[k];
  const [total, level] = [given.levels.length - 1, session.levels[t]];
  const parts = [
    `t = ${t.toLocaleString("en")} of ${total.toLocaleString("en")}: \u1fb1 ${fixed(level, level < 0.01 ? 5 : 3)}.`,
  ];
  look.paths.forEach(({ process }, i) => {
    const { measures, error } = look.shown[i];
    const name = process[0].toUpperCase() + process.slice(1);
    const [gap, spread] = [fixed(measures.gap, 3), fixed(measures.spread, 2)];
    const learned = error === null ? "" : `, MSE of \u03b5 ${fixed(error, 4)}`;
    parts.push(`${name}: shares within ${gap}, spread ${spread}${i ? "" : " (truth 1)"}${learned}.`);
  });
  const places = look.shown.map(({ points }) => point(points.subarray(2 * settings.traced, 2 * settings.traced + 2)));
  parts.push(`Point ${settings.traced}: ${places.join(", ")}.`);
  if (given.network && !session.learned) parts.push("Your network has not seen these data.");
  return parts.join(" ");
}

/** What Python reads: one entry for each process on show. */
export function numbersOf({ session, k, look }) {
  const t = session.times[k];
  const entries = look.paths.map(({ process }, i) => {
    const { measures, error } = look.shown[i];
    return [process, { gap: measures.gap, spread: measures.spread, shares: measures.shares, error }];
  });
  return { t, alpha_cumprod: session.levels[t], ...Object.fromEntries(entries) };
}
