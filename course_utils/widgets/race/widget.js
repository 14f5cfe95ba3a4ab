import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { addControls } from "./controls.js";
import { callsScale, drawCurve } from "./curve.js";
import { layout } from "./layout.js";
import { drawMasses } from "./masses.js";
import { drawPanels, shownIn } from "./panels.js";
import { SAMPLERS } from "./samplers.js";
import { CALLS, isThere, newProblem, newSession, resultOf, work } from "./session.js";
import { NAMES, SHOWN, describe, numbersOf, onSlider, readGiven, readSettings, verdictOf } from "./state.js";

const LABEL =
  "Five samplers from the same noise over the exact density in the plane, with exact draws beside them; their error " +
  "against the number of network calls, on logarithmic scales; and the share of the samples in each mode. Left and " +
  "right arrows change the number of calls, up and down choose the sampler that is shown large, space plays.";
const SWEEP_MS = 9000; // from the fewest calls to the most
const SLICE_MS = 8; // of computing in one frame
const REST_MS = 150; // without computing ahead after a move, so that a drag stays smooth
const SHOW_MS = 200; // between two pictures of the growing curve
const [FIRST, LAST] = CALLS;
const CALM = [2, 3, 5, 8, 12, 20, 30, 40, 60]; // stops of a sweep where less motion is wanted

function draw(context, { state, place }) {
  state.refresh();
  drawPanels(context, place, state);
  drawCurve(context, place, state);
  drawMasses(context, place, state);
  return describe(state);
}

/**
 * What is on show: each sampler's result, what exact draws come to, and who is ahead. Where a drag has no time for a
 * result that is not there yet, the last one stays, and is late.
 */
function lookAt(session, settings, last) {
  const until = performance.now() + SLICE_MS;
  const results = SAMPLERS.map((sampler, i) => {
    const waits = last && performance.now() > until && !isThere(session, sampler, settings);
    if (waits) return { ...last.results[i], late: true };
    const result = resultOf(session, sampler, settings);
    return { sampler, outside: outsideOf(result.points, session.half), ...result };
  });
  const late = results.some((result) => result.late);
  return { results, late, chance: session.chance, verdict: late ? null : verdictOf(results, session.chance.margin) };
}

function outsideOf(points, half) {
  let count = 0;
  for (let i = 0; i < points.length; i += 2) {
    if (Math.max(Math.abs(points[i]), Math.abs(points[i + 1])) > half) count += 1;
  }
  return count;
}

/** Whether all that is on show is measured in full. */
function measuredNow({ session, settings }) {
  return SAMPLERS.every((sampler) => isThere(session, sampler, settings) && resultOf(session, sampler, settings).done);
}

/** What is given; the session and the look follow from it and the settings when asked for. */
function given(model) {
  const current = { given: readGiven(model), playing: () => false, touched: 0, owed: false };
  const problems = {};
  let [sessionKey, lookKey] = ["", ""];
  current.refresh = () => {
    const { data, schedule, seed, calls, spacing } = current.settings;
    const byName = (list, name) => list.find((one) => one.name === name);
    if (sessionKey !== [data, schedule, seed].join()) {
      sessionKey = [data, schedule, seed].join();
      problems[data] ??= newProblem(byName(current.given.mixtures, data));
      current.session = newSession(problems[data], byName(current.given.schedules, schedule).levels, seed);
      current.look = null;
    }
    const key = [sessionKey, calls, spacing].join();
    if (lookKey === key && current.look.verdict) return;
    lookKey = key;
    current.look = lookAt(current.session, current.settings, current.look);
  };
  return current;
}

/** What Python is told: all that is on show, and again when it is measured in full. */
function values({ state }) {
  state.refresh();
  state.owed = !state.look.verdict;
  return { ...state.settings, numbers: numbersOf(state) };
}

/** Computes what is missing, a slice in every frame that no drag needs, and shows how far it has come; then tells what is owed. */
function worker({ root, state: current, changed, save }) {
  let [frame, shown] = [0, 0];
  const tick = (now) => {
    const rests = !current.look.late && now - current.touched < REST_MS;
    const left = rests || work(current.session, current.settings, performance.now() + SLICE_MS);
    frame = left ? requestAnimationFrame(tick) : 0;
    root.setAttribute("aria-busy", String(frame !== 0));
    if (current.owed && !rests && measuredNow(current)) save();
    if (rests || (left && !current.look.late && now - shown < SHOW_MS)) return;
    shown = now;
    changed();
  };
  return {
    start: () => {
      frame ||= requestAnimationFrame(tick);
      root.setAttribute("aria-busy", "true");
    },
    stop: () => {
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}

/** A sweep of the calls to the most, from the fewest where it is there already; whole stops where less motion is wanted. */
function player({ state: current, changed: show, save }, moveTo) {
  let motion = null;
  const stop = () => {
    motion?.stop();
    motion = null;
    show();
  };
  const toggle = () => {
    if (motion) return stop(), save();
    const { calls } = current.settings;
    if (reducedMotion()) {
      moveTo(CALM.find((stop) => stop > calls) ?? FIRST);
      return save();
    }
    const from = calls >= LAST ? FIRST : calls;
    const far = Math.log(LAST / from);
    const at = (share) => moveTo(onSlider(from * Math.exp(share * far)));
    motion = glide((SWEEP_MS * far) / Math.log(LAST / FIRST), at, () => (stop(), save()));
    motion.start();
    show();
  };
  return { toggle, stop, running: () => motion !== null };
}

/** On the curve the pointer is the number of calls; on a panel it chooses who is shown large, or all again. */
function drag(view, { moveTo, start: set }) {
  const move = ({ x }) => moveTo(onSlider(callsScale(view.place).toCalls(x)));
  const start = ({ x, y }) => {
    const { panels, curve, size } = view.place;
    const inside = x > curve.left - size && x < curve.right + size && y > curve.top && y < curve.bottom + size * 1.5;
    if (inside) return move({ x }), true;
    const { settings } = view.state;
    const at = panels.findIndex((box) => x > box.left && x < box.left + box.side && y > box.top && y < box.top + box.side);
    const name = shownIn(settings)[at];
    if (name && name !== "draws") set({ sampler: settings.sampler === "all" ? name : "all" });
    return false;
  };
  return { start, move };
}

/** What the controls, keys and pointer do. */
function deeds(view) {
  const { state, changed, save } = view;
  const computing = worker(view);
  const moveTo = (calls) => {
    if (calls === state.settings.calls) return;
    state.settings.calls = calls;
    state.touched = performance.now();
    changed();
    computing.start();
  };
  const playing = player(view, moveTo);
  state.playing = playing.running;
  const start = (changes) => {
    Object.assign(state.settings, changes);
    changed();
    computing.start();
    save();
  };
  const turn = (step) => {
    const at = SHOWN.indexOf(state.settings.sampler);
    start({ sampler: SHOWN[(at + step + SHOWN.length) % SHOWN.length] });
  };
  computing.start();
  return {
    start,
    turn,
    show: () => (changed(), computing.start()),
    toggle: playing.toggle,
    moveTo: (calls) => {
      if (playing.running()) playing.stop();
      moveTo(calls);
    },
    stop: () => (playing.stop(), computing.stop()),
  };
}

function keys({ state }, { toggle, moveTo, turn }) {
  const nudge = (sign) => () => moveTo(onSlider(state.settings.calls + sign));
  return {
    " ": toggle,
    ArrowLeft: nudge(-1),
    ArrowRight: nudge(1),
    ArrowUp: () => turn(-1),
    ArrowDown: () => turn(1),
  };
}

const render = mount({
  label: LABEL,
  traits: NAMES,
  layout: (width, size, { settings }, room) => layout(width, size, { shown: settings.sampler }, room),
  given,
  read: (model) => ({ settings: readSettings(model) }),
  values,
  deeds,
  controls: addControls,
  keys,
  drag,
  heed: ({ model, state }, { show }) => {
    state.settings = readSettings(model);
    show();
  },
  draw,
});

export default { render };
