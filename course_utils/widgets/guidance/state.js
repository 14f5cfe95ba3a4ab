// What comes from Python and what the reader chooses, as the pictures need it; and the sentence under them.
import { decodeBytes } from "../shared/base64.js";
import { clamp, fixed } from "../shared/numbers.js";
import { SAMPLER_STEPS } from "./session.js";

/** The traits that follow the page. */
export const NAMES = [
  "scale", "label", "data", "view", "sampler", "convention", "seed", "samples", "conditional", "tilted",
];
export const LAST = 8; // the largest scale
export const NOTCH = 0.05; // of the slider

/** What Python gave: mixtures, {scales, rows, height, width, pixels} of the digits or null, and their curves. */
export function readGiven(model) {
  const grids = model.get("grids");
  const found = grids.scales ? { ...grids, pixels: decodeBytes(grids.data) } : null;
  return { mixtures: model.get("mixtures"), grids: found, curves: model.get("curves") };
}

/** How many labels the mixture of that name has. */
export function classesOf(mixtures, data) {
  return Math.max(...mixtures.find(({ name }) => name === data).labels) + 1;
}

/** The settings as the model has them; other data may arrive a moment before the label that Python gives them. */
export function readSettings(model) {
  const settings = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const last = classesOf(model.get("mixtures"), settings.data) - 1;
  return { ...settings, label: Math.min(settings.label, last) };
}

/** A scale within the slider, on one of its notches. */
export function onNotch(scale) {
  const notches = Math.round(clamp(scale, 0, LAST) / NOTCH);
  return Number((notches * NOTCH).toFixed(2));
}

/** The scale of the grid that is on show. */
export function shownScale({ scale }, { grids }) {
  return grids.scales.reduce((best, one) => (Math.abs(one - scale) < Math.abs(best - scale) ? one : best));
}

/** Both numbers, the convention's own first. */
export function bothScales({ scale, convention }) {
  const texts = [`s = ${fixed(scale, 2)}`, `w = ${fixed(scale - 1, 2)}`];
  const [first, second] = convention === "s" ? texts : [texts[1], texts[0]];
  return `${first} (${second})`;
}

/** What the two scales mean that are no guidance. */
export const MEANINGS = { 0: "unconditional", 1: "conditional, no guidance" };

/** Both numbers, and what they mean. */
export function scaleText(settings) {
  return [bothScales(settings), MEANINGS[settings.scale]].filter(Boolean).join(": ");
}

/** The rule that both numbers belong to. */
export function formulaText({ convention }) {
  const rules = ["uncond + s (cond \u2212 uncond)", "(1 + w) cond \u2212 w uncond"];
  return convention === "s" ? `${rules[0]},  w = s \u2212 1` : `${rules[1]},  s = 1 + w`;
}

/** The live summary. */
export function describe(current) {
  return current.settings.view === "digits" ? describeDigits(current) : describeExact(current);
}

function describeExact({ settings, look }) {
  const kinds = [look.measures.samples, look.measures.conditional, look.measures.tilted];
  const listed = (text) => kinds.map(text).join(", ");
  const way = settings.sampler === "deterministic" ? "ODE" : "ancestral";
  const measures = [
    `mean p(y | x) ${listed((one) => fixed(one.posterior, 3))}`,
    `total variance ${listed((one) => fixed(one.variance, 2))}`,
  ];
  const several = kinds[0].shares.length > 1;
  if (several) measures.push(`modes ${listed((one) => one.shares.map((share) => fixed(share, 2)).join(" : "))}`);
  const parts = [
    `${scaleText(settings)}. Label ${settings.label}, ${SAMPLER_STEPS[settings.sampler]} ${way} steps.`,
    `Samples, p(x | y), tilted: ${measures.join("; ")}.`,
  ];
  if (look.outside) parts.push(`${look.outside} of ${look.points.length / 2} samples lie outside the picture.`);
  return parts.join(" ");
}

function describeDigits({ settings, given }) {
  const shown = shownScale(settings, given);
  const rows = given.grids.rows;
  const parts = [
    `${scaleText(settings)}: showing the grid made at s = ${shown}.`,
    `A row for each of ${rows} noises, a column for each label.`,
  ];
  for (const [name, curve] of Object.entries(given.curves)) {
    const found = curve.find(([scale]) => scale === shown);
    if (found) parts.push(`${name[0].toUpperCase()}${name.slice(1)} ${fixed(found[1], 3)}.`);
  }
  return parts.join(" ");
}

/** What Python reads: the scale with the measures of what is on show in the plane. */
export function numbersOf({ settings, look }) {
  return { scale: settings.scale, label: settings.label, ...look.measures };
}
