// The rows above the picture: playing and the time, what is played, and the presets.
import { choice } from "../shared/select.js";
import { button, group, slider } from "../shared/shell.js";

/** Processes by name, with what each is called. */
export const PROCESSES = [
  ["forward", "forward: data to noise"],
  ["stochastic", "reverse, stochastic"],
  ["deterministic", "reverse, deterministic"],
  ["both", "reverse, both"],
];
/** The variance of a stochastic step (samplers.ddpm). */
export const VARIANCES = [["fixed_small", "\u03b2\u0303 (posterior)"], ["fixed_large", "\u03b2"]];
const BOTH = { process: "both", steps: 50, variance: "fixed_small", t: 0 };
const NARROW = { ...BOTH, process: "stochastic", steps: 25 };
/** Name, what it sets, what it shows. */
export const PRESETS = [
  ["Two paths", BOTH, "stochastic and deterministic samples from the same noise"],
  ["Eight modes", { ...BOTH, data: "eight" }, "eight equal modes on a circle"],
  ["Two modes, 4 : 1", { ...BOTH, data: "two" }, "unequal weights, kept by both kinds of path"],
  ["Few steps", { ...BOTH, steps: 5 }, "five steps: samples beside the modes"],
  ["Variance too small", NARROW, "\u03b2\u0303 with 25 steps: the modes come out too narrow"],
  ["Variance too large", { ...NARROW, variance: "fixed_large" }, "\u03b2 with 25 steps: too wide"],
];
const FIELDS = [["exact", "the exact field"], ["learned", "your network"]];
const SEEDS = Array.from({ length: 10 }, (_, seed) => [seed, String(seed)]);

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls(toolbar, current, { toggle, moveTo, save, start }) {
  const { given } = current;
  const play = button(toolbar, "Play", toggle, { title: "Space" });
  const total = given.levels.length - 1;
  const describe = (k) => `${current.session.times[k].toLocaleString("en")} of ${total.toLocaleString("en")}`;
  const showTime = slider(toolbar, { label: "t =", last: 1, describe, onInput: moveTo, onChange: save });
  const element = toolbar.querySelector(".course-slider");
  const add = (name, text, options) => [name, choice(toolbar, text, options, (value) => start({ [name]: value }))];
  const selects = [add("process", "Show", PROCESSES)];
  if (given.network) selects.push(add("field", "Driven by", FIELDS));
  selects.push(
    add("steps", "Steps", given.steps.map((count) => [count, String(count)])),
    add("variance", "Variance", VARIANCES),
    add("data", "Data", given.mixtures.map(({ name, label }) => [name, label])),
    add("seed", "Seed", SEEDS),
  );
  const row = group(toolbar, "Presets:");
  for (const [name, changes, title] of PRESETS) {
    const steps = Math.max(...given.steps.filter((count) => count <= changes.steps), given.steps[0]);
    button(row, name, () => start({ ...changes, steps }), { title });
  }
  return () => {
    play.textContent = current.playing() ? "Pause" : "Play";
    element.max = String(current.session.times.length - 1);
    showTime(current.k);
    for (const [name, show] of selects) show(current.settings[name]);
  };
}
