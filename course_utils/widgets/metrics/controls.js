// The rows above the picture: a liar, what the samples are made of, modes, width, noise, outliers.
import { choice, either, group, slider, toggle } from "../shared/controls.js";
import { fixed } from "../shared/numbers.js";
import { LIARS, LIMITS, MADE_OF } from "./state.js";

const OWN = "your own"; // settings that are no liar of the list
const SLIDERS = [
  ["width", "Width:", 0.05, (value) => fixed(value, 2)],
  ["noise", "Noise:", 0.05, (value) => fixed(value, 2)],
  ["outliers", "Outliers:", 0.005, (value) => `${fixed(100 * value, 1)} %`],
];

/** All controls; returns what shows the state in them again. */
export function addControls({ toolbar, state, save }, { set, flip, choose }) {
  const pick = (changes) => (set(changes), save());
  const liars = [["", OWN], ...LIARS.map(([name]) => [name, name])];
  const showLiar = choice(toolbar, "Liar", liars, (name) => {
    const liar = LIARS.find(([other]) => other === name);
    pick(liar ? { ...liar[1] } : {});
  });
  const made = Object.entries(MADE_OF).filter(([name]) => name === "copies" || name in state.clouds);
  const showMade = choice(toolbar, "Samples are", made, (madeOf) => pick({ madeOf }));
  const row = group(toolbar, "Modes:");
  const showModes = state.mixture.means.map((_, k) => {
    return toggle(row, String(k + 1), () => !state.settings.dropped.includes(k + 1), () => flip(k + 1));
  });
  const names = [["all", "all"], ["half", "half of it"]];
  const isChosen = (name) => state.chosen === name;
  const showChosen = either(toolbar, "Move:", names, isChosen, (name) => (choose(name), save()));
  const showSliders = SLIDERS.map(([name, label, step, text]) => addSlider({ name, label, step, text }));

  function addSlider({ name, label, step, text }) {
    const show = slider(toolbar, {
      label,
      last: Math.round(LIMITS[name][1] / step),
      describe: () => text(state.settings[name]),
      onInput: (index) => set({ [name]: Number((index * step).toFixed(3)) }),
      onChange: save,
    });
    return () => show(Math.round(state.settings[name] / step));
  }
  return () => {
    const same = JSON.stringify(state.settings);
    showLiar(LIARS.find(([, settings]) => JSON.stringify(settings) === same)?.[0] ?? "");
    showMade(state.settings.madeOf);
    showChosen();
    for (const show of [...showModes, ...showSliders]) show();
  };
}
