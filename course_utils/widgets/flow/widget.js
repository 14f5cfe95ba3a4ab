import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { chartOf } from "./chart.js";
import { addControls } from "./controls.js";
import { layout } from "./layout.js";
import { drawMeasures } from "./measures.js";
import { drawFlow, drawLines, pickPoint, shownStates } from "./paths.js";
import { LINES, newSession, roundOf, runOf } from "./session.js";
import { MOST_STEPS, NAMES, describe, fieldOf, numbersOf, onNotch, readGiven, readSettings } from "./state.js";

const LABEL =
  "At the left straight lines from noise to data, which cross; at the right, from the same noise, the flow of their " +
  "average velocity; beside them how straight the flow is and how far its samples are from the data. Left and right " +
  "arrows change the time, shift makes the steps small, up and down choose the point that is followed, space plays.";
const RUN_MS = 4000; // from noise to data
const KEY_STEP = 0.05;
const CALM_STEP = 0.25; // where less motion is wanted

/** The round and the run on show, and of both the points that are drawn. */
function lookAt(current) {
  const { session, settings } = current;
  const field = fieldOf(current);
  const round = roundOf(session, field, settings.rounds);
  const run = runOf(session, round, settings);
  const states = (run.shown ??= shownStates(run.states, session.dim));
  const fine = (round.shown ??= shownStates(round.fine, session.dim));
  return { field, round, run, states, fine, starts: session.starts, ends: states.at(-1) };
}

function draw(context, { state, place }) {
  state.look = lookAt(state);
  drawLines(context, place, state);
  drawFlow(context, place, state);
  drawMeasures(context, place, state);
  return describe(state);
}

/** Take up settings, with a new session where they ask for one. */
function begin(state, settings) {
  const same = state.session && NAMES.session.every((name) => settings[name] === state.settings[name]);
  if (!same) state.session = newSession(state.given.problems[settings.data], settings);
  state.settings = settings;
}

/** What Python is told: all that is on show. */
function values({ state }) {
  state.look = lookAt(state);
  return { ...state.settings, numbers: numbersOf(state) };
}

/** Playing on to t = 1, from 0 where it is there already; whole steps where less motion is wanted. */
function player({ state: current, changed: show, save }, moveTo) {
  let motion = null;
  const stop = () => {
    motion?.stop();
    motion = null;
    show();
  };
  const toggle = () => {
    if (motion) return stop(), save();
    const atEnd = current.settings.t >= 1;
    if (reducedMotion()) {
      moveTo(atEnd ? 0 : onNotch(Math.floor(current.settings.t / CALM_STEP + 1 + 1e-9) * CALM_STEP));
      return save();
    }
    const from = atEnd ? 0 : current.settings.t;
    motion = glide(RUN_MS * (1 - from), (share) => moveTo(onNotch(from + share * (1 - from))), () => (stop(), save()));
    motion.start();
    show();
  };
  return { toggle, stop, running: () => motion !== null };
}

/** Over time the pointer is the time; in the plane it chooses the point that is followed. */
function drag(view, { moveTo, trace }) {
  let box = null;
  const inside = ({ left, top, side }, { x, y }) => x >= left && x <= left + side && y >= top && y <= top + side;
  const move = (point) => {
    const { state, place } = view;
    if (state.session.dim === 2) trace(pickPoint(place, state, point));
    else moveTo(onNotch(chartOf(box, state.session).toTime(point.x)));
  };
  const start = (point) => {
    const { state, place } = view;
    box = [place.lines, place.flow].find((each) => inside(each, point));
    if (!box) return false;
    move(point);
    if (state.session.dim === 1) trace(pickPoint(place, state, point));
    return true;
  };
  return { start, move };
}

/** What the controls, keys and pointer do. */
function deeds(view) {
  const { state, changed, save } = view;
  const set = (name, value) => {
    if (value === state.settings[name]) return;
    state.settings[name] = value;
    changed();
  };
  const playing = player(view, (t) => set("t", t));
  state.playing = playing.running;
  const start = (changes) => {
    playing.stop();
    begin(state, { ...state.settings, ...changes });
    changed();
    save();
  };
  return {
    ...playing,
    start,
    moveTo: (t) => {
      if (playing.running()) playing.stop();
      set("t", t);
    },
    moveSteps: (steps) => set("steps", clamp(steps, 1, MOST_STEPS)),
    trace: (index) => index >= 0 && set("traced", index % LINES),
  };
}

function keys({ state }, { toggle, moveTo, trace }) {
  const nudge = (sign) => (size) => moveTo(onNotch(state.settings.t + sign * size * KEY_STEP));
  return {
    " ": toggle,
    ArrowLeft: nudge(-1),
    ArrowRight: nudge(1),
    ArrowUp: () => trace(state.settings.traced + 1),
    ArrowDown: () => trace(state.settings.traced - 1 + LINES),
  };
}

const render = mount({
  label: LABEL,
  traits: NAMES.all,
  layout,
  given: (model) => ({ given: readGiven(model), playing: () => false }),
  read: (model, state) => begin(state, readSettings(model)),
  values,
  deeds,
  controls: addControls,
  keys,
  drag,
  draw,
});

export default { render };
