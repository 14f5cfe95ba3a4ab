// What is on show: the settings, the samples they make, the measures with what each says, and the sentence.
import { decodeFloats } from "../shared/base64.js";
import { clamp, fixed } from "../shared/numbers.js";
import { changed, modesOf } from "./clouds.js";
import { against } from "./math.js";

export const HALF = 5; // of the picture, in units of x
/** What the settings may be, as in Python. */
export const LIMITS = { shift: [-HALF, HALF], width: [0, 3], noise: [0, 2], outliers: [0, 0.2] };
export const TRAITS = [
  "made_of", "shift_x", "shift_y", "split_x", "split_y", "dropped", "width", "noise", "outliers", "chosen",
];
export const MADE_OF = {
  yours: "your samples", draws: "fresh draws", copies: "copies of the data", gaussian: "one Gaussian, fitted",
};

const squeezed = (value, unit) => Math.sign(value) * Math.sqrt(Math.abs(value) / (Math.abs(value) + unit));
/**
 * Of each measure its name, its label and a short one, what is best (-1: less, 1: more, 0: one half), and where
 * a value lies on its bar: the more squeezed the larger it is, where there is no largest value.
 */
export const MEASURES = [
  {
    name: "frechet", label: "Fr\u00e9chet distance", short: "Fr\u00e9chet", best: -1,
    shareOf: (value, [, high]) => squeezed(value, 5 * high),
  },
  {
    name: "kernel", label: "kernel distance", short: "kernel", best: -1,
    shareOf: (value, [low]) => squeezed(value, 20 * Math.abs(low)),
  },
  { name: "precision", label: "precision", best: 1 },
  { name: "recall", label: "recall", best: 1 },
  { name: "density", label: "density", best: 1, shareOf: (value) => value / (value + 1) },
  { name: "coverage", label: "coverage", best: 1 },
  { name: "nn_data", label: "1-NN, data", best: 0 },
  { name: "nn_samples", label: "1-NN, samples", best: 0 },
  {
    name: "inception", label: "Inception score", short: "Inception", best: 1,
    shareOf: (value, _, modes) => (value - 1) / (modes - 1),
  },
];

/** Where a value lies on its bar: 0 and 1 are the ends, below 0 a kernel distance may be. */
export function shareOnBar({ shareOf = (only) => only }, value, ends, modes) {
  return clamp(shareOf(value, ends, modes), -0.25, 1);
}

/** What a measure says of the samples beside what chance makes of other data. */
export function verdictOn({ best }, value, [low, high]) {
  if (value >= low && value <= high) return "same";
  if (best === 0) return value > high ? "worse" : "close";
  return value > high === best > 0 ? "better" : "worse";
}

const PLAIN = { madeOf: "draws", shift: [0, 0], split: [0, 0], dropped: [], width: 1, noise: 0, outliers: 0 };
/** Liars to begin with: name, and what differs from fresh draws. */
export const LIARS = [
  ["honest: fresh draws", {}],
  ["copies of the data", { madeOf: "copies" }],
  ["copies, slightly noisy", { madeOf: "copies", noise: 0.05 }],
  ["a mode dropped", { dropped: [1] }],
  ["one point a mode", { width: 0 }],
  ["modes shrunk", { width: 0.5 }],
  ["modes widened", { width: 1.6 }],
  ["one Gaussian, fitted", { madeOf: "gaussian" }],
  ["moved a little", { shift: [0.4, 0] }],
  ["half of it elsewhere", { split: [0, -2.2] }],
  ["one outlier in twenty", { outliers: 0.05 }],
].map(([label, changes]) => [label, { ...PLAIN, ...changes }]);

/** What never changes: the clouds, the mixture, what chance makes, and the measures against the data. */
export function given(model) {
  const mixture = model.get("mixture");
  const texts = Object.entries(model.get("clouds"));
  const clouds = Object.fromEntries(texts.map(([name, text]) => [name, Float64Array.from(decodeFloats(text))]));
  const modes = Object.fromEntries(texts.map(([name]) => [name, modesOf(mixture, clouds[name])]));
  return { mixture, clouds, modes, chance: model.get("chance"), measure: against(mixture, clouds.data) };
}

export function read(model) {
  const of = (name) => model.get(name);
  return {
    settings: {
      madeOf: of("made_of"), shift: [of("shift_x"), of("shift_y")], split: [of("split_x"), of("split_y")],
      dropped: [...of("dropped")], width: of("width"), noise: of("noise"), outliers: of("outliers"),
    },
    chosen: of("chosen"),
  };
}

export function values({ state: { settings, chosen } }) {
  const { madeOf, shift, split, dropped, width, noise, outliers } = settings;
  return {
    made_of: madeOf, shift_x: shift[0], shift_y: shift[1], split_x: split[0], split_y: split[1],
    dropped, width, noise, outliers, chosen,
  };
}

/** The samples and what is measured of them, found anew where a setting has changed. */
export function refresh(state) {
  const key = JSON.stringify(state.settings);
  if (state.look?.key === key) return;
  const samples = changed(state, state.settings);
  const numbers = state.measure(samples);
  const verdicts = Object.fromEntries(MEASURES.map((one) => {
    return [one.name, verdictOn(one, numbers[one.name], state.chance[one.name])];
  }));
  state.look = { key, samples, numbers, verdicts, centres: [0, 1].map((side) => centreOf(samples, side, state)) };
}

/** The middle of the half that stays (0) or that goes (1), outliers left out. */
function centreOf(samples, side, { settings: { outliers } }) {
  const n = samples.length / 2;
  const sum = [0, 0];
  let count = 0;
  for (let i = Math.floor(outliers * n + 0.5); i < n; i++) {
    if (i % 2 !== side) continue;
    for (const axis of [0, 1]) sum[axis] += samples[2 * i + axis];
    count += 1;
  }
  return sum.map((total) => total / count);
}

/** A number with three digits after the point where it is small, and none where it is large. */
export function valueText(value) {
  const size = Math.abs(value);
  return fixed(value, size < 10 ? 3 : size < 100 ? 1 : 0);
}

/** A number without the noise of its last digits. */
export const rounded = (value) => Math.round(1000 * value) / 1000;

const placeText = (pair) => `(${pair.map((value) => fixed(value, 2)).join(", ")})`;
const moved = (pair) => pair.some((value) => value !== 0);

/** The settings in words. */
function settingsText({ madeOf, shift, split, dropped, width, noise, outliers }) {
  return [
    MADE_OF[madeOf],
    dropped.length && `without mode${dropped.length > 1 ? "s" : ""} ${dropped.join(", ")}`,
    width !== 1 && `${fixed(width, 2)} times as wide`,
    noise && `noise ${fixed(noise, 2)}`,
    moved(split) && `half moved by ${placeText(split)}`,
    moved(shift) && `all moved by ${placeText(shift)}`,
    outliers && `${fixed(100 * outliers, 1)} % outliers`,
  ].filter(Boolean).join(", ");
}

const SAID = [
  ["worse", "Worse than other data"],
  ["close", "Closer to the data than other data"],
  ["better", "Better than other data"],
  ["same", "As other data"],
];

/** The sentence under the picture. */
export function describe({ settings, look }) {
  const parts = SAID.map(([verdict, words]) => {
    const named = MEASURES.filter(({ name }) => look.verdicts[name] === verdict);
    const each = named.map(({ name, label }) => `${label} ${valueText(look.numbers[name])}`);
    return each.length ? `${words}: ${each.join("; ")}.` : "";
  });
  return [`Samples: ${settingsText(settings)}.`, ...parts].filter(Boolean).join(" ");
}
