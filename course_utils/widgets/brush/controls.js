import { either } from "../shared/controls.js";
import { presetOn, presetsOf } from "./state.js";

/** The data sets, and what to ask for; returns what shows the state there again. */
export function addControls({ toolbar, state }, { showData, brushLike }) {
  const names = Object.keys(state.known).map((name) => [name, name]);
  const presets = presetsOf(state).map(([name]) => [name, name]);
  const shows = [
    either(toolbar, "Data:", names, (name) => state.data === name, showData),
    either(toolbar, "Keep:", presets, (name) => presetOn(state) === name, brushLike),
  ];
  return () => shows.forEach((show) => show());
}
