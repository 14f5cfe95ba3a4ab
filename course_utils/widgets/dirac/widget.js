import { write } from "../shared/canvas.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { addControls, notchOf } from "./controls.js";
import { drawCurve } from "./curve.js";
import { layout } from "./layout.js";
import { drawPhase, phaseScale } from "./phase.js";
import { drawPlanes } from "./planes.js";
import { NAMES, SHOWN, SIZES, describe, inPlane, lookAt, readSettings } from "./state.js";

const LABEL =
  "At the left the plane of theta and psi with the direction in which the two players move and a path from a start; " +
  "at the right the eigenvalues at its middle, and theta against the step. The keyboard's arrows move the start, " +
  "shift makes the moves small, the square brackets change the step size, space plays the path.";
const RUN_MS = 6000; // for all the steps on show
const CALM_STEPS = 25; // at a time where less motion is wanted
const KEY_STEP = 0.1;

function draw(context, { state, place }) {
  drawPhase(context, place, state);
  drawPlanes(context, place, state);
  drawCurve(context, place, state);
  const { left, y } = place.verdict;
  write(context, `The path ${state.look.verdict}.`, left, y, { size: place.size, bold: true });
  return describe(state);
}

/** Take up settings, with what follows from them; the whole path is on show again. */
function take(state, settings) {
  Object.assign(state, { settings, look: lookAt(settings), at: SHOWN });
}

/** Playing on to the last step on show, from the start where it is there already. */
function player(view, end) {
  const { state, changed } = view;
  let motion = null;
  const stop = () => {
    motion?.stop();
    motion = null;
    changed();
  };
  const to = (at) => {
    state.at = at;
    changed();
  };
  const toggle = () => {
    if (motion) return stop();
    const from = state.at >= SHOWN ? 0 : state.at;
    if (reducedMotion()) return to(Math.min(from + CALM_STEPS, SHOWN));
    const far = SHOWN - from;
    motion = glide((RUN_MS * far) / SHOWN, (share) => to(Math.round(from + share * far)), () => (stop(), end()));
    motion.start();
    changed();
  };
  return { toggle, stop, running: () => motion !== null };
}

function deeds(view) {
  const { state, changed, save } = view;
  const playing = player(view, () => {});
  state.playing = playing.running;
  const set = (changes) => {
    if (playing.running()) playing.stop();
    take(state, { ...state.settings, ...changes });
    changed();
  };
  return { toggle: playing.toggle, stop: playing.stop, set, begin: (changes) => (set(changes), save()) };
}

function keys({ state }, { toggle, set, begin }) {
  const nudge = (first, second) => (size) => {
    const { theta, psi } = state.settings;
    set(inPlane([theta + first * size * KEY_STEP, psi + second * size * KEY_STEP]));
  };
  const resize = (sign) => () => {
    begin({ h: SIZES[clamp(notchOf(SIZES, state.settings.h) + sign, 0, SIZES.length - 1)] });
  };
  return {
    " ": toggle,
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
    "[": resize(-1),
    "]": resize(1),
  };
}

/** In the plane the pointer is the start. */
function drag(view, { set }) {
  const move = (point) => set(inPlane(phaseScale(view.place).toValue(point)));
  const start = (point) => {
    const { left, top, side } = view.place.plane;
    if (point.x < left || point.x > left + side || point.y < top || point.y > top + side) return false;
    move(point);
    return true;
  };
  return { start, move };
}

const render = mount({
  label: LABEL,
  traits: NAMES,
  layout,
  given: () => ({ playing: () => false }),
  read: (model, state) => take(state, readSettings(model)),
  values: ({ state }) => ({ ...state.settings }),
  deeds,
  controls: addControls,
  keys,
  drag,
  draw,
});

export default { render };
