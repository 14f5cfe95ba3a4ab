// The rows above the picture: playing and the time, the steps, and what flows where.
import { button, choice, either, slider } from "../shared/controls.js";
import { fixed } from "../shared/numbers.js";
import { MOST_STEPS, NOTCHES, ROUNDS } from "./state.js";

/** By name, with what each is called. */
export const COUPLINGS = [["independent", "independent"], ["transport", "optimal transport"]];
export const STEP_METHODS = [["euler", "Euler"], ["midpoint", "midpoint"]];
export const FIELDS = [["exact", "exact"], ["learned", "your model"]];
const SEEDS = Array.from({ length: 10 }, (_, seed) => [seed, String(seed)]);

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls({ toolbar, state: current, save }, deeds) {
  const { moveTo, moveSteps, start } = deeds;
  const play = button(toolbar, "Play", deeds.toggle, { title: "Space" });
  const showTime = slider(toolbar, {
    label: "t =",
    last: NOTCHES,
    describe: (index) => fixed(index / NOTCHES, 2),
    onInput: (index) => moveTo(index / NOTCHES),
    onChange: save,
  });
  const showSteps = slider(toolbar, {
    label: "Steps:",
    last: MOST_STEPS - 1,
    describe: (index) => String(index + 1),
    onInput: (index) => moveSteps(index + 1),
    onChange: save,
  });
  const set = (text, name, options) => {
    const isOn = (value) => current.settings[name] === value;
    return either(toolbar, text, options, isOn, (value) => start({ [name]: value }));
  };
  const shows = [
    set("Solver:", "method", STEP_METHODS),
    set("Reflow rounds:", "rounds", ROUNDS.map((round) => [round, String(round)])),
    set("Coupling:", "coupling", COUPLINGS),
  ];
  if (current.given.hasModel) shows.push(set("Velocity:", "field", FIELDS));
  const names = current.given.mixtures.map(({ name, caption }) => [name, caption]);
  const showData = choice(toolbar, "Data", names, (data) => start({ data }));
  const showSeed = choice(toolbar, "Seed", SEEDS, (seed) => start({ seed }));
  return () => {
    const { settings } = current;
    play.textContent = current.playing() ? "Pause" : "Play";
    showTime(Math.round(settings.t * NOTCHES));
    showSteps(settings.steps - 1);
    shows.forEach((show) => show());
    showData(settings.data);
    showSeed(settings.seed);
  };
}
