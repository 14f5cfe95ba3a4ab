// The rows above the picture: playing and the calls, how they are spent, and what is on show.
import { button, choice, either, slider } from "../shared/controls.js";
import { SAMPLERS } from "./samplers.js";
import { CALLS } from "./session.js";

export const SPACINGS = [["trailing", "even in t"], ["karras", "Karras"]];
export const ERRORS = [["w1", "W1"], ["end", "distance to the exact end"]];
const VIEWS = [["all", "all five"], ...SAMPLERS.map(({ name, label }) => [name, label])];
const SEEDS = Array.from({ length: 10 }, (_, seed) => [seed, String(seed)]);

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls({ toolbar, state: current, save }, { toggle, moveTo, start }) {
  const { given } = current;
  const [first, last] = CALLS;
  const play = button(toolbar, "Play", toggle, { title: "Space" });
  const onInput = (index) => moveTo(first + index);
  const describe = (index) => String(first + index);
  const showCalls = slider(toolbar, { label: "Calls:", last: last - first, describe, onInput, onChange: save });
  const set = (text, trait, options) => {
    return either(toolbar, text, options, (value) => current.settings[trait] === value, (value) => start({ [trait]: value }));
  };
  const add = (name, text, options) => [name, choice(toolbar, text, options, (value) => start({ [name]: value }))];
  const switches = [set("Spacing:", "spacing", SPACINGS)];
  const selects = [
    add("schedule", "Schedule", given.schedules.map(({ name, label }) => [name, label])),
    add("data", "Data", given.mixtures.map(({ name, label }) => [name, label])),
    add("seed", "Noise", SEEDS),
  ];
  button(toolbar, "New noise", () => start({ seed: (current.settings.seed + 1) % SEEDS.length }));
  selects.push(add("sampler", "Show", VIEWS));
  switches.push(set("Plot:", "error", ERRORS));
  return () => {
    play.textContent = current.playing() ? "Pause" : "Play";
    showCalls(current.settings.calls - first);
    for (const show of switches) show();
    for (const [name, show] of selects) show(current.settings[name]);
  };
}
