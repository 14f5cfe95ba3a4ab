// What is on show: the families' numbers on every axis, what is brushed, who is left, and the sentence.
import { layer } from "../shared/canvas.js";
import { betterHalf, leftOf, numberText, orderOf, overlap, rangeText, ranksOf, scaleOf, summaryOf } from "./math.js";

export const LIKELIHOOD = "bits_per_dim"; // at its axis stands what kind of number it is
export const UP = "\u25b2 up is better";
export const WORDS = { lower: "lower", higher: "higher", near: "near 1" };

/** What is brushed by each preset: the better half of these measures, or whatever has a number. */
const PRESETS = [
  { name: "all", half: [], any: [] },
  { name: "sharp and fast", half: ["sharpness", "seconds_per_thousand"], any: [] },
  { name: "covers the data", half: ["recall"], any: [] },
  { name: "has a likelihood", half: [], any: [LIKELIHOOD] },
];

/** What never changes: measures, families, and for each data set what is known of every measure. */
export function given(model) {
  const [measures, families, table] = ["measures", "families", "numbers"].map((name) => model.get(name));
  const known = Object.entries(table).map(([data, columns]) => {
    const each = measures.map((measure) => [measure.name, onAxis(measure, columns[measure.name])]);
    return [data, Object.fromEntries(each)];
  });
  const hasNone = known.some(([, columns]) => Object.values(columns).some((one) => one.summaries.includes(null)));
  return {
    families, measures, hasNone, known: Object.fromEntries(known), seeds: seedsOf(table), kinds: model.get("kinds"),
    hovered: null,
    pen: layer(1, 1, 1), // measures words
  };
}

function onAxis(measure, values) {
  const summaries = values.map((seeds) => summaryOf(measure, seeds));
  return { measure, summaries, scale: scaleOf(measure, summaries), ranks: ranksOf(measure, summaries) };
}

const seedsOf = (table) => Object.fromEntries(Object.entries(table).map(([data, columns]) => {
  return [data, Object.values(columns)[0][0].length];
}));

/** What is known of each measure, by its name, on the data set on show. */
export const columnsOf = ({ known, data }) => known[data];

/** Which families are inside all brushes, as booleans. */
export function leftIn(state) {
  const columns = Object.entries(columnsOf(state)).map(([name, { summaries }]) => [name, summaries]);
  return leftOf(state.families.length, state.brushes, Object.fromEntries(columns));
}

/** The number of the family that is singled out, by the pointer or to stay, or -1. */
export function singledOut({ families, family, hovered }) {
  return families.findIndex(({ name }) => name === (hovered ?? family));
}

/** [name, brushes] of each preset whose measures are among the axes, on the data set on show. */
export function presetsOf(state) {
  const columns = columnsOf(state);
  const offered = PRESETS.filter(({ half, any }) => [...half, ...any].every((name) => name in columns));
  return offered.map(({ name, half, any }) => {
    const halves = half.map((one) => [one, betterHalf(columns[one].measure, columns[one].summaries)]);
    return [name, Object.fromEntries([...halves, ...any.map((one) => [one, [null, null]])])];
  });
}

/** The name of the preset that is on show, if one is. */
export function presetOn(state) {
  const sorted = (brushes) => JSON.stringify(Object.entries(brushes).sort());
  return presetsOf(state).find(([, brushes]) => sorted(brushes) === sorted(state.brushes))?.[0];
}

/** The sentence: the families' order on the chosen axis (or the ranks of the one singled out), brushes, who is left. */
export function describe(state) {
  const at = singledOut(state);
  return [at < 0 ? orderText(state) : familyText(state, at), brushedText(state), leftText(state)].join(" ");
}

/** The families by the chosen axis, a sign between two whose seeds overlap; then those without a number. */
function orderText(state) {
  const { measure, summaries, scale, ranks } = columnsOf(state)[state.axis];
  const order = orderOf(ranks);
  const close = order.map((i, k) => k > 0 && overlap(summaries[order[k - 1]], summaries[i]));
  const text = order.map((i, k) => {
    const sign = k ? (close[k] ? " \u2248 " : ", ") : "";
    const tied = ranks.filter((rank) => rank === ranks[i]).length > 1 ? "=" : "";
    const kind = measure.name === LIKELIHOOD ? state.kinds[state.families[i].name] : undefined;
    const value = `${valueText(measure, scale, summaries[i])}${kind ? ` (${kind})` : ""}`;
    return `${sign}${ranks[i]}${tied} ${state.families[i].title} ${value}`;
  }).join("");
  const none = state.families.filter((_, i) => summaries[i] === null).map(({ title }) => title);
  const rest = none.length ? `${text ? "; no number: " : "no number: "}${none.join(", ")}` : "";
  const note = close.includes(true) ? " (\u2248: their seeds overlap)" : "";
  return `${state.data}, ${measure.label}, ${WORDS[measure.better]} is better: ${text}${rest}${note}.`;
}

/** A mean over the seeds; where being near 1 is better it is the number itself. */
export function valueText({ better }, scale, summary) {
  return numberText(scale, better === "near" ? summary.plain : summary.mean);
}

/** One family's rank and number on every axis, in the axes' order. */
function familyText(state, at) {
  const each = state.axes.map((name) => {
    const { measure, summaries, scale, ranks } = columnsOf(state)[name];
    const summary = summaries[at];
    if (!summary) return `${measure.label} none`;
    const seeds = state.seeds[state.data];
    const some = summary.count < seeds ? ` (${summary.count} of ${seeds} seeds)` : "";
    return `${measure.label} ${valueText(measure, scale, summary)}${some} #${ranks[at]}`;
  });
  return `${state.data}, ${state.families[at].title}, # is its rank: ${each.join("; ")}.`;
}

function brushedText(state) {
  const columns = columnsOf(state);
  const each = state.axes.filter((name) => name in state.brushes).map((name) => {
    const { measure, scale } = columns[name];
    return `${measure.label} ${rangeText(measure, scale, state.brushes[name])}`;
  });
  return each.length ? `Brushed: ${each.join("; ")}.` : "Nothing is brushed.";
}

function leftText(state) {
  const left = leftIn(state);
  const names = state.families.filter((_, i) => left[i]).map(({ title }) => title);
  if (!names.length) return `No family is left of ${left.length}.`;
  if (names.length === left.length) return `All ${names.length} families are left.`;
  return `Left, ${names.length} of ${left.length}: ${names.join(", ")}.`;
}
