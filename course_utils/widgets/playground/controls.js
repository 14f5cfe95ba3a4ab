// The rows above the picture: playing and the timeline, presets, and the settings.
import { button, choice, group, slider } from "../shared/controls.js";
import { position, scrub } from "./session.js";

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01].map((rate) => [rate, String(rate)]);
/** Name in the settings, label, [value, name] of each option. */
export const CHOICES = [
  ["data", "Data", [["eight_gaussians", "eight Gaussians"], ["ring", "a ring"], ["moons", "two moons"]]],
  ["loss", "Loss", [["non_saturating", "non-saturating"], ["minimax", "minimax"], ["lsgan", "least squares"],
    ["hinge", "hinge"]]],
  ["d_steps", "D steps per G step", [1, 2, 5, 10].map((count) => [count, String(count)])],
  ["g_lr", "G rate", RATES],
  ["d_lr", "D rate", RATES],
  ["seed", "Seed", Array.from({ length: 10 }, (_, seed) => [seed, String(seed)])],
];
const COVERS = { data: "eight_gaussians", loss: "non_saturating", d_steps: 1, g_lr: 0.001, d_lr: 0.001, seed: 1 };
const STRONG = { ...COVERS, d_steps: 5, g_lr: 0.0001, d_lr: 0.003 };
/** Name, settings, and what they show. */
export const PRESETS = [
  ["Covers all eight", COVERS, "even rates, non-saturating"],
  ["Mode collapse", { ...COVERS, d_lr: 0.0003 }, "D is too slow: one cluster that hops between modes"],
  ["D too strong", { ...STRONG, loss: "minimax" }, "the minimax loss saturates: G is not pulled at all"],
  ["Same, non-saturating", STRONG, "the same strong D, the other loss: G is pulled, onto a few modes"],
];

/** All controls; returns what shows the state again. */
export function addControls(view, actions) {
  const { toolbar, state: current } = view;
  const playing = group(toolbar, "Train:");
  const play = button(playing, "Play", actions.toggle, { title: "Space" });
  button(playing, "Step", actions.step, { title: "Right arrow" });
  button(playing, "+100", actions.hundred, { title: "100 steps" });
  button(playing, "Reset", actions.reset, { title: "R" });
  const showTimeline = addTimeline(view, actions);
  const row = group(toolbar, "Presets:");
  for (const [name, settings, title] of PRESETS) button(row, name, () => actions.start(settings), { title });
  const selects = CHOICES.map(([name, text, options]) => {
    const choose = (value) => actions.start({ ...current.settings, [name]: value });
    return [name, choice(toolbar, text, options, choose)];
  });
  return () => {
    play.textContent = current.playing ? "Pause" : "Play";
    showTimeline();
    for (const [name, showChoice] of selects) showChoice(current.settings[name]);
  };
}

/** A slider over the records; at its right end it is now. */
function addTimeline({ toolbar, state: current, save }, { look }) {
  const describe = (index) => {
    const { at, game, records } = current.session;
    return `step ${(at === null ? game.step : records[index].step).toLocaleString("en")}`;
  };
  const onInput = (index) => look(() => scrub(current.session, index));
  const show = slider(toolbar, { label: "Timeline:", last: 0, describe, onInput, onChange: save });
  const element = toolbar.querySelector(".course-slider");
  return () => {
    element.max = String(current.session.records.length - 1);
    show(position(current.session));
  };
}
