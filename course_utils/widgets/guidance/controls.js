// The rows above the picture: playing and the scale, what is guided and how, and what is on show.
import { button, choice, either, group, slider, toggle } from "../shared/controls.js";
import { LAST, NOTCH, bothScales, classesOf, onNotch } from "./state.js";

/** By name, with what each is called. */
export const SAMPLERS = [["deterministic", "deterministic"], ["ancestral", "ancestral"]];
export const VIEWS = [["exact", "exact mixture"], ["digits", "digits"]];
export const LAYERS = [["samples", "samples"], ["conditional", "p(x | y)"], ["tilted", "tilted density"]];
export const CONVENTIONS = ["s", "w"];

/** All controls; `start(changes)` sets anything. Returns what shows the state again. */
export function addControls({ toolbar, state: current, save }, deeds) {
  const [{ given }, { moveTo, start }] = [current, deeds];
  const play = button(toolbar, "Play", deeds.toggle, { title: "Space" });
  const describe = () => bothScales(current.settings);
  const last = Math.round(LAST / NOTCH);
  const onInput = (index) => moveTo(onNotch(index * NOTCH));
  const showScale = slider(toolbar, { label: "Guidance:", last, describe, onInput, onChange: save });
  const set = (text, trait, options) => {
    const isOn = (value) => current.settings[trait] === value;
    return either(toolbar, text, options, isOn, (value) => start({ [trait]: value }));
  };
  const showFirst = set("Named first:", "convention", CONVENTIONS.map((name) => [name, name]));
  const showView = given.grids && set("View:", "view", VIEWS);
  const exact = document.createElement("span");
  exact.style.display = "contents";
  toolbar.append(exact);
  const showExact = addExact(exact, current, start);
  return () => {
    const { settings } = current;
    play.textContent = current.playing() ? "Pause" : "Play";
    showScale(Math.round(settings.scale / NOTCH));
    showFirst();
    showView?.();
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
    return toggle(labels, String(label), () => label === current.settings.label, () => start({ label }));
  });
  const showSampler = choice(toolbar, "Sampler", SAMPLERS, (sampler) => start({ sampler }));
  const row = group(toolbar, "Show:");
  const layers = LAYERS.map(([name, text]) => {
    return toggle(row, text, () => current.settings[name], () => start({ [name]: !current.settings[name] }));
  });
  return () => {
    const { settings } = current;
    showData(settings.data);
    showSampler(settings.sampler);
    labels.querySelectorAll("button").forEach((element, label) => (element.hidden = label >= classes(settings.data)));
    for (const show of [...numbers, ...layers]) show();
  };
}
