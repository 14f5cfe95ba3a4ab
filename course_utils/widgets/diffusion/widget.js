import { fontSize, prepare } from "../shared/canvas.js";
import { onDrag, onKeys, reducedMotion } from "../shared/input.js";
import { glide } from "../shared/motion.js";
import { follow, painter, shell } from "../shared/shell.js";
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
function look(current) {
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

function drawing({ canvas, summary }, current) {
  return (width) => {
    const { session, k } = current;
    const place = (current.place = layout(width, fontSize(width), Boolean(session.learned)));
    const context = prepare(canvas, width, place.height);
    const view = (current.view = look(current));
    drawFields(context, place, session, k);
    drawSamples(context, place, session, { ...view, k, title: titleOf(current) });
    drawMasses(context, place, session.mixture, view.paths, view.shown);
    const sentence = describe(current);
    if (summary.textContent !== sentence) summary.textContent = sentence;
  };
}

/** Computes what is missing, a slice in every frame, and shows how far it has come; then `settle`. */
function worker(root, current, { request, settle }) {
  let [frame, shown] = [0, 0];
  const busy = () => root.setAttribute("aria-busy", String(frame !== 0));
  const tick = (now) => {
    const rests = !current.view.lags && now - current.touched < REST_MS;
    const left = rests || work(current.session, wantedOf(current), performance.now() + SLICE_MS);
    frame = left ? requestAnimationFrame(tick) : 0;
    if (!left) settle();
    busy();
    if (left && now - shown < SHOW_MS) return;
    shown = now;
    request();
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
function player(current, { moveTo, show, save }) {
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
function picking(current, trace) {
  const move = (point) => {
    const index = pickPoint(current.place, current.session, current.view.shown, point);
    if (index >= 0) trace(index);
    return index >= 0;
  };
  return { start: move, move };
}

/** The current state with what changes it: {k, session, settings, ...} and begin(settings). */
function stateOf(model) {
  const given = readGiven(model);
  const current = { given, view: null, place: null, saving: false, owed: false, touched: 0, playing: () => false };
  current.begin = (settings, t) => {
    const same = current.session && NAMES.session.every((name) => settings[name] === current.settings[name]);
    if (!same) current.session = newSession(given.problems[settings.data], settings);
    current.settings = settings;
    current.k = nearestTime(current.session, t);
    work(current.session, wantedOf(current), performance.now() + SLICE_MS); // exact paths are there at once
  };
  current.begin(readSettings(model), model.get("t"));
  return current;
}

/** A function that tells Python what is on show. */
function saver(model, current) {
  return () => {
    current.view = look(current);
    current.owed = current.view.lags; // and told again when it is computed
    current.saving = true; // each set calls refresh, which must not read half of them
    const all = { ...current.settings, t: current.session.times[current.k], numbers: numbersOf(current) };
    for (const [name, value] of Object.entries(all)) model.set(name, value);
    current.saving = false;
    model.save_changes();
  };
}

/** What the controls, keys and pointer do. */
function actionsOn(current, { show, save, draw }) {
  const moveTo = (k) => {
    const within = Math.min(current.session.times.length - 1, Math.max(0, k));
    if (within === current.k) return;
    current.k = within;
    current.touched = performance.now();
    show();
  };
  const playing = player(current, { moveTo, show, save });
  current.playing = playing.running;
  const start = ({ t = current.session.times[current.k], ...changes }) => {
    playing.stop();
    current.begin({ ...current.settings, ...changes }, t);
    draw();
    save();
  };
  const trace = (index) => {
    current.settings.traced = (index + POINTS) % POINTS;
    current.touched = performance.now();
    show();
  };
  const scrub = (k) => (playing.stop(), moveTo(k));
  return { toggle: playing.toggle, stop: playing.stop, moveTo: scrub, start, trace, save };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = stateOf(model);
  const paint = painter(parts.root, drawing(parts, current));
  const save = saver(model, current);
  const settle = () => current.owed && save();
  const computing = worker(parts.root, current, { request: paint.request, settle });
  const show = () => (refreshControls(), paint.request(), computing.start());
  const draw = () => (refreshControls(), paint.paint(), computing.start());
  const actions = actionsOn(current, { show, save, draw });
  const refreshControls = addControls(parts.toolbar, current, actions);
  const refresh = () => {
    if (current.saving) return;
    current.begin(readSettings(model), model.get("t"));
    show();
  };
  const { toggle, moveTo, trace } = actions;
  const keys = {
    " ": toggle,
    ArrowLeft: () => moveTo(current.k - 1),
    ArrowRight: () => moveTo(current.k + 1),
    ArrowUp: () => trace(current.settings.traced + 1),
    ArrowDown: () => trace(current.settings.traced - 1),
  };
  const stopKeys = onKeys(parts.root, parts.canvas, keys, save);
  const stopDrag = onDrag(parts.canvas, { ...picking(current, trace), end: save });
  draw();
  return follow(model, NAMES.all, refresh, [actions.stop, computing.stop, stopKeys, stopDrag, paint.stop]);
}

export default { render };
