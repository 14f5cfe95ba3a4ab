import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { addControls } from "./controls.js";
import { drawFields } from "./fields.js";
import { layout } from "./layout.js";
import { drawMasses } from "./masses.js";
import { drawSamples, pickPoint } from "./samples.js";
import { POINTS, guessAt, newSession, onShow, pathOf, work } from "./session.js";
import { NAMES, describe, nearestTime, numbersOf, processesOf, readGiven, readSettings, titleOf } from "./state.js";

const LABEL =
  "Samples in the plane on the way between data and noise, over the exact density, with the exact field that drives " +
  "them, the learned field and its error, and the share of the samples in each mode. Left and right arrows change " +
  "the time, up and down choose the point whose path is drawn, space plays.";
const RUN_MS = 6000; // from noise to data
const SLICE_MS = 8; // of computing in one frame
const REST_MS = 150; // without computing ahead after a move, so that a drag stays smooth
const SHOW_MS = 100; // between two pictures of the computing
const CALM_PARTS = 5; // a run where less motion is wanted

/** Which paths are on show at which time, and what drives them. */
function wantedOf({ session, settings, k }) {
  return { k, processes: processesOf(settings), field: session.learned ? settings.field : "exact" };
}

/** What is on show of each path, with the guesses of the traced point; `lags` while that is still computed. */
function lookAt(current) {
  const { session, settings, k } = current;
  const { processes, field } = wantedOf(current);
  const paths = processes.map((process) => pathOf(session, process, field));
  const shown = paths.map((path) => onShow(session, path, k));
  const index = settings.traced;
  const guesses = shown.map((one, i) => {
    return settings.process === "forward" ? null : guessAt(session, paths[i], { k: one.k, i: index, field });
  });
  const lags = shown.some((one) => one.k > k || (session.learned && k > 0 && one.error === null));
  return { paths, shown, lags, traced: { index, guesses } };
}

function draw(context, { state, place }) {
  const { session, k } = state;
  const look = (state.look = lookAt(state));
  drawFields(context, place, session, k);
  drawSamples(context, place, session, { ...look, k, title: titleOf(state) });
  drawMasses(context, place, session.mixture, look.paths, look.shown);
  return describe(state);
}

/** Computes what is missing, a slice in every frame, and shows how far it has come; then tells what is owed. */
function worker({ root, state: current, changed, save }) {
  let [frame, shown] = [0, 0];
  const busy = () => root.setAttribute("aria-busy", String(frame !== 0));
  const tick = (now) => {
    const rests = !current.look.lags && now - current.touched < REST_MS;
    const left = rests || work(current.session, wantedOf(current), performance.now() + SLICE_MS);
    frame = left ? requestAnimationFrame(tick) : 0;
    if (!left && current.owed) save();
    busy();
    if (left && now - shown < SHOW_MS) return;
    shown = now;
    changed();
  };
  return {
    start: () => {
      frame ||= requestAnimationFrame(tick);
      busy();
    },
    stop: () => cancelAnimationFrame(frame),
  };
}

/** Playing to the end of the process, from its start where it has come to its end. */
function player({ state: current, save }, { moveTo, show }) {
  let motion = null;
  const running = () => motion !== null;
  const stop = () => {
    motion?.stop();
    motion = null;
    show();
  };
  const toggle = () => {
    if (running()) return stop(), save();
    const last = current.session.times.length - 1;
    const [from, to] = current.settings.process === "forward" ? [0, last] : [last, 0];
    const start = current.k === to ? from : current.k;
    const far = to - start;
    if (reducedMotion()) {
      const part = Math.ceil(last / CALM_PARTS);
      moveTo(current.k === to ? from : start + Math.sign(far) * Math.min(part, Math.abs(far)));
      return save();
    }
    const at = (share) => moveTo(start + Math.sign(far) * Math.floor(share * Math.abs(far) + 1e-9));
    motion = glide((RUN_MS * Math.abs(far)) / last, at, () => (stop(), save()));
    motion.start();
    show();
  };
  return { toggle, stop, running };
}

/** In the panel of samples the pointer chooses the nearest point. */
function drag(view, { trace }) {
  const move = (point) => {
    const index = pickPoint(view.place, view.state.session, view.state.look.shown, point);
    if (index >= 0) trace(index);
    return index >= 0;
  };
  return { start: move, move };
}

/** Take up settings and the visited time nearest to t, with a new session where they ask for one. */
function begin(state, settings, t) {
  const same = state.session && NAMES.session.every((name) => settings[name] === state.settings[name]);
  if (!same) state.session = newSession(state.given.problems[settings.data], settings);
  state.settings = settings;
  state.k = nearestTime(state.session, t);
  work(state.session, wantedOf(state), performance.now() + SLICE_MS); // exact paths are there at once
}

/** What Python is told: all that is on show. */
function values({ state }) {
  const { settings, session, k } = state;
  state.look = lookAt(state);
  state.owed = state.look.lags; // and told again when it is computed
  return { ...settings, t: session.times[k], numbers: numbersOf(state) };
}

/** What the controls, keys and pointer do. */
function deeds(view) {
  const { state, changed, now, save } = view;
  const computing = worker(view);
  const show = () => (changed(), computing.start());
  const moveTo = (k) => {
    const within = clamp(k, 0, state.session.times.length - 1);
    if (within === state.k) return;
    state.k = within;
    state.touched = performance.now();
    show();
  };
  const playing = player(view, { moveTo, show });
  state.playing = playing.running;
  const start = ({ t = state.session.times[state.k], ...changes }) => {
    playing.stop();
    begin(state, { ...state.settings, ...changes }, t);
    now();
    computing.start();
    save();
  };
  const trace = (index) => {
    state.settings.traced = (index + POINTS) % POINTS;
    state.touched = performance.now();
    show();
  };
  computing.start();
  return {
    start,
    trace,
    show,
    toggle: playing.toggle,
    moveTo: (k) => (playing.stop(), moveTo(k)),
    stop: () => (playing.stop(), computing.stop()),
  };
}

function keys({ state }, { toggle, moveTo, trace }) {
  return {
    " ": toggle,
    ArrowLeft: () => moveTo(state.k - 1),
    ArrowRight: () => moveTo(state.k + 1),
    ArrowUp: () => trace(state.settings.traced + 1),
    ArrowDown: () => trace(state.settings.traced - 1),
  };
}

const read = (model, state) => begin(state, readSettings(model), model.get("t"));

const render = mount({
  label: LABEL,
  traits: NAMES.all,
  layout: (width, size, { session }, room) => layout(width, size, Boolean(session.learned), room),
  given: (model) => ({ given: readGiven(model), owed: false, touched: 0, playing: () => false }),
  read,
  values,
  deeds,
  controls: addControls,
  keys,
  drag,
  heed: ({ model, state }, { show }) => (read(model, state), show()),
  draw,
});

export default { render };
