// What comes from Python and what the reader chooses; who wins; and the sentences under the picture.
import { decodeBytes } from "../shared/base64.js";
import { levelsOf } from "../shared/noising.js";
import { clamp, fixed } from "../shared/numbers.js";
import { SAMPLERS } from "./samplers.js";
import { CALLS, POINTS } from "./session.js";

/** The traits that follow the page. */
export const NAMES = ["calls", "spacing", "schedule", "data", "seed", "sampler", "error"];
/** What can be shown large: all side by side, or one. */
export const SHOWN = ["all", ...SAMPLERS.map(({ name }) => name)];
const DIGITS = 3; // of an error: what agrees in them is a tie

/** What Python gave: the mixtures, and the schedules with their alpha-bars. */
export function readGiven(model) {
  const schedules = model.get("schedules").map(({ name, label, betas }) => {
    return { name, label, levels: levelsOf(new Float64Array(decodeBytes(betas).buffer)) };
  });
  return { mixtures: model.get("mixtures"), schedules };
}

/** The settings as the model has them. */
export function readSettings(model) {
  return Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
}

/** A number of calls within the slider. */
export function onSlider(calls) {
  return clamp(Math.round(calls), ...CALLS);
}

/**
 * Who is ahead in W1, the best first: {best, close, next}. close are those that chance, or the digits on show, leave too
 * near to call; next is the first of the others, or undefined. null while some are not measured in full.
 */
export function verdictOf(results, margin) {
  if (!results.every(({ done }) => done)) return null;
  const [best, ...others] = [...results].sort((a, b) => a.w1 - b.w1);
  const near = (one) => {
    const chance = best.sampler.fresh || one.sampler.fresh ? margin : 0;
    return one.w1 - best.w1 <= chance || fixed(one.w1, DIGITS) === fixed(best.w1, DIGITS);
  };
  return { best, close: others.filter(near), next: others.find((one) => !near(one)) };
}

const withError = ({ sampler, w1 }) => `${sampler.label} (${fixed(w1, DIGITS)})`;

function listed(names) {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Who wins, in words. */
export function verdictText(verdict) {
  if (!verdict) return `so far measured on ${POINTS} samples of each, more to come.`;
  const { best, close, next } = verdict;
  if (!close.length) return `${best.sampler.label} wins with W1 ${fixed(best.w1, DIGITS)}, before ${withError(next)}.`;
  const verb = close.length > 1 ? "are" : "is";
  return `${best.sampler.label} has the least W1, ${fixed(best.w1, DIGITS)}, but ${listed(close.map(withError))} ${verb} too near to call.`;
}

/** How Heun spends the calls. */
function heunText(results) {
  const { steps, calls } = results.find(({ sampler }) => sampler.name === "heun");
  const counted = (count, name) => `${count} ${name}${count === 1 ? "" : "s"}`;
  return `Heun takes ${counted(steps, "step")} in ${counted(calls, "call")}: two a step, one at the last.`;
}

/** The live summary. */
export function describe({ settings, look }) {
  const { results } = look;
  if (look.late) return `${settings.calls} calls each: computing.`;
  const each = (some, name) => some.map((one) => `${one.sampler.short} ${fixed(one[name], DIGITS)}`).join(", ");
  const outside = results.filter((result) => result.outside > 0);
  const worst = results.reduce((most, one) => (one.gap > most.gap ? one : most));
  const parts = [
    `${settings.calls} calls each: ${verdictText(look.verdict)}`,
    `W1: ${each(results, "w1")}.`,
    `Distance to the exact end: ${each(results.filter(({ end }) => end !== null), "end")}.`,
    `Shares of the modes: within ${fixed(worst.gap, DIGITS)} (worst: ${worst.sampler.short}).`,
    heunText(results),
  ];
  if (outside.length) {
    const counts = outside.map((result) => `${result.outside} of ${result.sampler.short}`);
    parts.push(`Outside the picture: ${listed(counts)}.`);
  }
  return parts.join(" ");
}

/** What Python reads: for each sampler steps, calls, w1, gap, masses and end, and who is ahead. */
export function numbersOf({ settings, look }) {
  const entries = look.results.map(({ sampler, steps, calls, w1, gap, masses, end }) => {
    return [sampler.name, { steps, calls, w1, gap, masses, end }];
  });
  const { verdict, chance } = look;
  const winners = verdict ? [verdict.best, ...verdict.close].map(({ sampler }) => sampler.name) : [];
  return { calls: settings.calls, winners, chance, ...Object.fromEntries(entries) };
}
