// The rows above the picture: playing and the time, what is played, and the presets.
import { button, choice, group, slider } from "../shared/controls.js";

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
const NOISY = { ...BOTH, process: "stochastic", steps: 25 };
/** Name, what it sets, what to look at; what comes of it is for the reader to find. */
export const PRESETS = [
  ["Two paths", BOTH, "stochastic and deterministic samples from the same noise"],
  ["Eight modes", { ...BOTH, data: "eight" }, "eight equal modes on a circle"],
  ["Two modes, 4 : 1", { ...BOTH, data: "two" }, "weights 0.8 and 0.2: watch the shares"],
  ["5 steps", { ...BOTH, steps: 5 }, "where do the samples end?"],
  ["25 steps, \u03b2\u0303", NOISY, "the posterior's variance in each step: watch the spread"],
  ["25 steps, \u03b2", { ...NOISY, variance: "fixed_large" }, "the larger variance in each step: watch the spread"],
];
const FIELDS = [["exact", "the exact field"], ["learned", "your network"]];
const SEEDS = Array.from({ length: 10 }, (_, seed) => [seed, String(seed)]);

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls({ toolbar, state: current, save }, { toggle, moveTo, start }) {
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
