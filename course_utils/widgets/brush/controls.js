import { either } from "../shared/controls.js";
import { presetOn, presetsOf } from "./state.js";

/** The data sets, where there are several, and what to ask for; returns what shows the state there again. */
export function addControls({ toolbar, state }, { showData, brushLike }) {
  const names = Object.keys(state.known).map((name) => [name, name]);
  const presets = presetsOf(state).map(([name]) => [name, name]);
  const isOn = (name) => state.data === name;
  const showNames = names.length > 1 ? either(toolbar, "Data:", names, isOn, showData) : () => {};
  const showPresets = either(toolbar, "Keep:", presets, (name) => presetOn(state) === name, brushLike);
  return () => (showNames(), showPresets());
}
