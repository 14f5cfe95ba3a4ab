import { fontSize, prepare } from "../shared/canvas.js";
import { onDrag, onKeys, reducedMotion } from "../shared/input.js";
import { glide } from "../shared/motion.js";
import { follow, painter, shell } from "../shared/shell.js";
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

function drawing({ canvas, summary }, current) {
  return (width) => {
    const { settings, given } = current;
    const hasCurves = Object.values(given.curves).some((curve) => curve.length);
    const wanted = { view: settings.view, grids: given.grids, hasCurves };
    const place = (current.place = layout(width, fontSize(width), wanted));
    const context = prepare(canvas, width, place.height);
    current.refresh();
    drawRuler(context, place, current);
    if (settings.view === "digits") {
      drawDigits(context, place, current);
      if (hasCurves) drawCurves(context, place, current);
    } else {
      drawPlane(context, place, current);
      drawBars(context, place, current);
    }
    const sentence = describe(current);
    if (summary.textContent !== sentence) summary.textContent = sentence;
  };
}

/** The current state: what is given, the settings, and the session and look that follow from them when asked for. */
function stateOf(model) {
  const current = { given: readGiven(model), settings: readSettings(model), saving: false, place: null };
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

/** A function that tells Python what is on show. */
function saver(model, current) {
  return () => {
    current.refresh();
    current.saving = true; // each set calls the listeners, which must not read half of them
    for (const [name, value] of Object.entries(current.settings)) model.set(name, value);
    model.set("numbers", numbersOf(current));
    current.saving = false;
    model.save_changes();
  };
}

/** A sweep of the scale to its end, from 0 where it is there already; whole steps where less motion is wanted. */
function player(current, { moveTo, show, save }) {
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
function dragging(current, moveTo) {
  const move = ({ x }) => {
    const { left, right } = current.place.ruler;
    moveTo(onNotch((LAST * (x - left)) / (right - left)));
  };
  const start = ({ x, y }) => {
    const { ruler, size, small } = current.place;
    const near = y > ruler.y - size * 1.2 && y < ruler.y + small * 1.6;
    if (near) move({ x });
    return near;
  };
  return { start, move };
}

/** What the controls, keys and pointer do. */
function actionsOn(current, { show, save }) {
  const moveTo = (scale) => {
    if (scale === current.settings.scale) return;
    current.settings.scale = scale;
    show();
  };
  const playing = player(current, { moveTo, show, save });
  current.playing = playing.running;
  const scrub = (scale) => {
    if (playing.running()) playing.stop();
    moveTo(scale);
  };
  const start = (changes) => {
    Object.assign(current.settings, changes);
    show();
    save();
  };
  const turn = (step) => {
    const classes = classesOf(current.given.mixtures, current.settings.data);
    if (current.settings.view === "exact") start({ label: (current.settings.label + step + classes) % classes });
  };
  return { ...playing, moveTo: scrub, start, turn, save };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = stateOf(model);
  const paint = painter(parts.root, drawing(parts, current));
  const save = saver(model, current);
  const show = () => (showControls(), paint.request());
  const actions = actionsOn(current, { show, save });
  const showControls = addControls(parts.toolbar, current, actions);
  const follows = () => {
    if (current.saving) return;
    current.settings = readSettings(model);
    show();
  };
  const nudge = (sign) => (size) => actions.moveTo(onNotch(current.settings.scale + sign * size * KEY_STEP));
  const keys = {
    " ": actions.toggle,
    ArrowLeft: nudge(-1),
    ArrowRight: nudge(1),
    ArrowUp: () => actions.turn(1),
    ArrowDown: () => actions.turn(-1),
  };
  const stopKeys = onKeys(parts.root, parts.canvas, keys, save);
  const stopDrag = onDrag(parts.canvas, { ...dragging(current, actions.moveTo), end: save });
  showControls();
  paint.paint();
  return follow(model, NAMES, follows, [actions.stop, stopKeys, stopDrag, paint.stop]);
}

export default { render };
