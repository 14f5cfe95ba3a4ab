// The rows above the picture, and the control points as things that the Tab key reaches.
import { button, either, make, slider } from "../shared/controls.js";
import { MOST_GRIPS, inShort } from "./math.js";
import { nameOf } from "./state.js";

const DOUBLINGS = 6; // the SNR is multiplied by 1/64 to 64
const NOTCHES = 5; // of the slider for each doubling

/** What the slider's index stands for. */
const scaleAt = (index) => 2 ** (index / NOTCHES - DOUBLINGS);

/** The presets, the factor, the step and the player; returns what shows the state again. */
export function addControls({ toolbar, state, save }, { choose, setScale, setStep, play }) {
  const presets = state.presets.map((name) => [name, nameOf(name)]);
  const isShown = (name) => name === state.preset && !state.points.length;
  const showPreset = either(toolbar, "Schedule:", presets, isShown, choose);
  const showScale = slider(toolbar, {
    label: "SNR \u00d7",
    last: 2 * DOUBLINGS * NOTCHES,
    describe: () => inShort(state.scale),
    onInput: (index) => setScale(scaleAt(index)),
    onChange: save,
  });
  const showStep = slider(toolbar, {
    label: "Step:",
    last: state.steps - 1,
    describe: (index) => String(index + 1),
    onInput: (index) => setStep(index + 1),
    onChange: save,
  });
  button(toolbar, "Play", play.toggle, { title: "Space" });
  return () => {
    showPreset();
    showScale(Math.round((Math.log2(state.scale) + DOUBLINGS) * NOTCHES));
    showStep(state.step - 1);
  };
}

/** An element for each control point there may be, after the canvas; returns what puts them in place and names them. */
export function addGrips({ canvas, save }, { nudge, play }) {
  const grips = Array.from({ length: MOST_GRIPS }, (_, i) => {
    const grip = make("div", "course-grip");
    grip.tabIndex = 0;
    grip.setAttribute("role", "slider");
    grip.setAttribute("aria-orientation", "vertical");
    grip.addEventListener("keydown", (event) => press(event, i));
    grip.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && save());
    return grip;
  });
  const press = (event, i) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [aside, up] = MOVES[event.key] ?? [];
    if (aside === undefined && event.key !== " ") return;
    event.preventDefault();
    if (event.key === " ") play.toggle();
    else nudge(i, aside * (event.shiftKey ? 0.2 : 1), up * (event.shiftKey ? 0.2 : 1));
  };
  canvas.after(...grips);
  const show = (places, points) => {
    grips.forEach((grip, i) => {
      grip.hidden = i >= points.length;
      if (grip.hidden) return;
      const [step, value] = points[i];
      grip.setAttribute("aria-label", `Control point ${i + 1} of ${points.length}: arrows move it`);
      grip.style.left = `${canvas.offsetLeft + places[i].x}px`;
      grip.style.top = `${canvas.offsetTop + places[i].y}px`;
      grip.setAttribute("aria-valuemin", String(-LIMIT));
      grip.setAttribute("aria-valuemax", String(LIMIT));
      grip.setAttribute("aria-valuenow", value.toFixed(2));
      grip.setAttribute("aria-valuetext", `log-SNR ${value.toFixed(2)} at step ${Math.round(step)}`);
    });
  };
  return { show, focus: (i) => grips[i].focus({ preventScroll: true }) };
}

const LIMIT = 40; // of a log-SNR, whatever the factor
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
