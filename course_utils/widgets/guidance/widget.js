import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { drawBars } from "./bars.js";
import { addControls } from "./controls.js";
import { drawCurves, drawDigits } from "./digits.js";
import { layout } from "./layout.js";
import { drawPlane } from "./plane.js";
import { drawRuler } from "./ruler.js";
import { lookAt, newSession } from "./session.js";
import { LAST, NAMES, classesOf, describe, numbersOf, onNotch, readGiven, readSettings } from "./state.js";

const LABEL =
  "Guided samples of an exact mixture in the plane over the true conditional and the tilted density, with their " +
  "spread, their mean posterior and the shares of the modes; or digits made at several guidance scales. Left and " +
  "right arrows change the scale, shift makes the steps small, up and down change the label, space plays.";
const SWEEP_MS = 9000; // from s = 0 to s = 8
const KEY_STEP = 0.25;

const hasCurves = ({ given }) => Object.values(given.curves).some((curve) => curve.length);

function draw(context, { state, place }) {
  state.refresh();
  drawRuler(context, place, state);
  if (state.settings.view === "digits") {
    drawDigits(context, place, state);
    if (hasCurves(state)) drawCurves(context, place, state);
  } else {
    drawPlane(context, place, state);
    drawBars(context, place, state);
  }
  return describe(state);
}

/** What is given; the session and the look follow from it and the settings when asked for. */
function given(model) {
  const current = { given: readGiven(model), playing: () => false };
  let [sessionKey, lookKey] = ["", ""];
  current.refresh = () => {
    const { data, label, seed, scale, sampler } = current.settings;
    if (sessionKey !== [data, label, seed].join()) {
      sessionKey = [data, label, seed].join();
      const mixture = current.given.mixtures.find(({ name }) => name === data);
      current.session = newSession(mixture, label, seed);
    }
    if (lookKey !== [sessionKey, scale, sampler].join()) {
      lookKey = [sessionKey, scale, sampler].join();
      current.look = lookAt(current.session, current.settings);
    }
  };
  return current;
}

/** What Python is told: all that is on show. */
function values({ state }) {
  state.refresh();
  return { ...state.settings, numbers: numbersOf(state) };
}

/** A sweep of the scale to its end, from 0 where it is there already; whole steps where less motion is wanted. */
function player({ state: current, changed: show, save }, moveTo) {
  let motion = null;
  const stop = () => {
    motion?.stop();
    motion = null;
    show();
  };
  const toggle = () => {
    if (motion) return stop(), save();
    const from = current.settings.scale >= LAST ? 0 : current.settings.scale;
    if (reducedMotion()) {
      moveTo(current.settings.scale >= LAST ? 0 : Math.floor(from) + 1);
      return save();
    }
    const at = (share) => moveTo(onNotch(from + share * (LAST - from)));
    motion = glide((SWEEP_MS * (LAST - from)) / LAST, at, () => (stop(), save()));
    motion.start();
    show();
  };
  return { toggle, stop, running: () => motion !== null };
}

/** On the ruler the pointer is the scale. */
function drag(view, { moveTo }) {
  const move = ({ x }) => {
    const { left, right } = view.place.ruler;
    moveTo(onNotch((LAST * (x - left)) / (right - left)));
  };
  const start = ({ x, y }) => {
    const { ruler, size, small } = view.place;
    const near = y > ruler.y - size * 1.2 && y < ruler.y + small * 1.6;
    if (near) move({ x });
    return near;
  };
  return { start, move };
}

/** What the controls, keys and pointer do. */
function deeds(view) {
  const { state, changed, save } = view;
  const moveTo = (scale) => {
    if (scale === state.settings.scale) return;
    state.settings.scale = scale;
    changed();
  };
  const playing = player(view, moveTo);
  state.playing = playing.running;
  const scrub = (scale) => {
    if (playing.running()) playing.stop();
    moveTo(scale);
  };
  const start = (changes) => {
    Object.assign(state.settings, changes);
    changed();
    save();
  };
  const turn = (step) => {
    const classes = classesOf(state.given.mixtures, state.settings.data);
    if (state.settings.view === "exact") start({ label: (state.settings.label + step + classes) % classes });
  };
  return { ...playing, moveTo: scrub, start, turn };
}

function keys({ state }, { toggle, moveTo, turn }) {
  const nudge = (sign) => (size) => moveTo(onNotch(state.settings.scale + sign * size * KEY_STEP));
  return {
    " ": toggle,
    ArrowLeft: nudge(-1),
    ArrowRight: nudge(1),
    ArrowUp: () => turn(1),
    ArrowDown: () => turn(-1),
  };
}

const render = mount({
  label: LABEL,
  traits: NAMES,
  layout: (width, size, state, room) => {
    return layout(width, size, { view: state.settings.view, grids: state.given.grids, hasCurves: hasCurves(state) }, room);
  },
  given,
  read: (model) => ({ settings: readSettings(model) }),
  values,
  deeds,
  controls: addControls,
  keys,
  drag,
  draw,
});

export default { render };
