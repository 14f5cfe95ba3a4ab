// The row above the picture: playing and the depth, which end of the way is held, and what is drawn.
import { button, either, slider, toggle } from "../shared/controls.js";
import { LINES_OF, NOTCHES, WAYS, depthText } from "./state.js";

/** All controls; returns what shows the state in them again. */
export function addControls({ toolbar, state, save }, deeds) {
  const play = button(toolbar, "Play", deeds.toggle, { title: "Space" });
  const showDepth = slider(toolbar, {
    label: "Depth:",
    last: state.flow.count * NOTCHES,
    describe: (index) => depthText(index / NOTCHES),
    onInput: (index) => deeds.moveDepth(index / NOTCHES),
    onChange: save,
  });
  const pick = (name) => (value) => (deeds.set({ [name]: value }), save());
  const shows = [
    either(toolbar, "Both ways:", WAYS, (way) => state.way === way, (way) => (deeds.hold(way), save())),
    either(toolbar, "Grid:", LINES_OF, (grid) => state.grid === grid, pick("grid")),
    ...["density", "points"].map((name) => {
      const text = name === "density" ? "Density" : "Points";
      return toggle(toolbar, text, () => state[name], () => pick(name)(!state[name]));
    }),
  ];
  return () => {
    play.textContent = deeds.running() ? "Pause" : "Play";
    showDepth(Math.round(state.depth * NOTCHES));
    for (const show of shows) show();
  };
}
