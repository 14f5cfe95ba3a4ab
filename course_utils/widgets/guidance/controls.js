// The rows above the picture: playing and the scale, what is guided and how, and what is on show.
import { choice } from "../shared/select.js";
import { button, group, slider } from "../shared/shell.js";
import { LAST, NOTCH, bothScales, classesOf, onNotch } from "./state.js";

/** By name, with what each is called. */
export const SAMPLERS = [["deterministic", "deterministic"], ["ancestral", "ancestral"]];
export const VIEWS = [["exact", "exact mixture"], ["digits", "digits"]];
export const LAYERS = [["samples", "samples"], ["conditional", "p(x | y)"], ["tilted", "tilted density"]];
export const CONVENTIONS = ["s", "w"];

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls(toolbar, current, { toggle, moveTo, save, start }) {
  const { given } = current;
  const play = button(toolbar, "Play", toggle, { title: "Space" });
  const describe = () => bothScales(current.settings);
  const last = Math.round(LAST / NOTCH);
  const onInput = (index) => moveTo(onNotch(index * NOTCH));
  const showScale = slider(toolbar, { label: "Guidance:", last, describe, onInput, onChange: save });
  const either = (text, trait, options) => {
    const row = group(toolbar, text);
    return options.map(([value, name]) => {
      const element = button(row, name, () => start({ [trait]: value }), { pressed: false });
      return () => element.setAttribute("aria-pressed", String(current.settings[trait] === value));
    });
  };
  const firsts = either("Named first:", "convention", CONVENTIONS.map((name) => [name, name]));
  const views = given.grids ? either("View:", "view", VIEWS) : [];
  const exact = document.createElement("span");
  exact.style.display = "contents";
  toolbar.append(exact);
  const showExact = addExact(exact, current, start);
  return () => {
    const { settings } = current;
    play.textContent = current.playing() ? "Pause" : "Play";
    showScale(Math.round(settings.scale / NOTCH));
    for (const showChoice of [...firsts, ...views]) showChoice();
    exact.style.display = settings.view === "exact" ? "contents" : "none";
    if (settings.view === "exact") showExact();
  };
}

/** What only the exact mixture has. */
function addExact(toolbar, current, start) {
  const { mixtures } = current.given;
  const classes = (data) => classesOf(mixtures, data);
  const selectData = (data) => start({ data, label: Math.min(current.settings.label, classes(data) - 1) });
  const showData = choice(toolbar, "Classes", mixtures.map(({ name, caption }) => [name, caption]), selectData);
  const labels = group(toolbar, "Label:");
  const most = Math.max(...mixtures.map(({ name }) => classes(name)));
  const numbers = Array.from({ length: most }, (_, label) => {
    return button(labels, String(label), () => start({ label }), { pressed: false });
  });
  const showSampler = choice(toolbar, "Sampler", SAMPLERS, (sampler) => start({ sampler }));
  const row = group(toolbar, "Show:");
  const layers = LAYERS.map(([name, text]) => {
    const flip = () => start({ [name]: !current.settings[name] });
    return [name, button(row, text, flip, { pressed: false })];
  });
  return () => {
    const { settings } = current;
    showData(settings.data);
    showSampler(settings.sampler);
    numbers.forEach((element, label) => {
      element.hidden = label >= classes(settings.data);
      element.setAttribute("aria-pressed", String(label === settings.label));
    });
    for (const [name, element] of layers) element.setAttribute("aria-pressed", String(settings[name]));
  };
}
