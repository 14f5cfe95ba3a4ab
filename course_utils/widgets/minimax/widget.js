import { drawDensities, handles, scaleX } from "../divergence/draw.js";
import { divergences, forwardMinimiser, logMixture } from "../divergence/math.js";
import { fontSize, prepare } from "../shared/canvas.js";
import { onDrag, onKeys } from "../shared/input.js";
import { button, follow, painter, shell } from "../shared/shell.js";
import { arrange, drawDecision, drawGain, drawNumbers, minus, ownHandle } from "./draw.js";
import { best, dataDensity, gameValue, logistic } from "./math.js";

const LABEL =
  "A density of data p, the generator's Gaussian q, the best discriminator between them and what each place adds " +
  "to the value of the game. Left and right arrows move q, up and down change its width, shift makes the steps " +
  "small; the square brackets move the boundary of your own discriminator, minus and plus its slope.";
const TOUCHED = ["mean", "std", "first_only", "own", "slope", "boundary"];
const STEEPEST = 20;

function readState(model) {
  const mixture = { means: model.get("means"), stds: model.get("stds"), weights: model.get("weights") };
  const [p, limits] = [dataDensity(mixture, model.get("first_only")), model.get("limits")];
  const heights = Array.from({ length: 401 }, (_, i) =>
    Math.exp(logMixture(limits[0] + (i / 400) * (limits[1] - limits[0]), p)),
  );
  return {
    p,
    limits,
    several: mixture.means.length > 1,
    firstOnly: model.get("first_only"),
    pPeak: Math.max(...heights),
    q: { mean: model.get("mean"), std: model.get("std") },
    showOwn: model.get("own"),
    own: { slope: model.get("slope"), boundary: model.get("boundary") },
  };
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** {value: V(D*), own: V of the reader's D, js, w1, ...}. */
function measure({ p, q, own, showOwn }) {
  const value = gameValue(p, q, best(p, q));
  return { ...divergences(p, q), value, own: showOwn ? gameValue(p, q, logistic(own)) : null };
}

function describe(state, numbers) {
  const { slope, boundary } = state.own;
  const shifted = `x ${boundary < 0 ? "+" : "\u2212"} ${Math.abs(boundary).toFixed(2)}`;
  const mine = state.showOwn ? ` Your D = sigmoid(${minus(slope, 2)} (${shifted})): V ${minus(numbers.own)} nats.` : "";
  return (
    `q: mean ${minus(state.q.mean, 2)}, standard deviation ${state.q.std.toFixed(2)}. ` +
    `V(D*) ${minus(numbers.value)} nats = 2 \u00b7 JS ${minus(numbers.js)} \u2212 log 4, ` +
    `JS of at most log 2 = ${Math.LN2.toFixed(3)}, W1 ${minus(numbers.w1)} units of x.${mine}`
  );
}

function addButtons(toolbar, state, { setQ, save }) {
  const span = state.limits[1] - state.limits[0];
  const jump = (find) => () => (setQ(find()), save());
  const far = (share) => () => ({ mean: state.limits[1] - share * span, std: 0.025 * span });
  button(toolbar, "q like p", jump(() => forwardMinimiser(state.p)), { title: "the mean and width of p" });
  if (state.several) button(toolbar, "On one mode", jump(() => ({ mean: state.p.means[0], std: state.p.stds[0] })));
  button(toolbar, "Far apart", jump(far(0.1)), { title: "JS is stuck at log 2" });
  button(toolbar, "Further", jump(far(0.01)), { title: "JS is stuck, W1 moves" });
  const flip = (name, read) => () => save({ [name]: !read() });
  const switches = [];
  const add = (text, name, read) => switches.push([read, button(toolbar, text, flip(name, read), { pressed: read() })]);
  add("A D of your own", "own", () => state.showOwn);
  if (state.several) add("p: first mode only", "first_only", () => state.firstOnly);
  return () => switches.forEach(([read, element]) => element.setAttribute("aria-pressed", String(read())));
}

/** In the densities: sideways is q's mean, up and down its width; a square changes the width alone; D has a handle. */
function dragging(current, { setQ, setOwn }) {
  let held = null;
  const move = ({ x, y }) => {
    const { place, state } = current;
    const value = scaleX(place.density, state.limits).toValue(x);
    const rise = (held.y - y) / (place.density.bottom - place.density.top);
    if (held.own) return setOwn({ boundary: value, slope: held.slope + 10 * rise });
    if (held.width) return setQ({ mean: state.q.mean, std: Math.abs(value - state.q.mean) });
    setQ({ mean: value + held.offset, std: held.std * Math.exp(2 * rise) });
  };
  const start = (point) => {
    const { place, state } = current;
    const near = ({ x, y }) => Math.hypot(point.x - x, point.y - y) < place.size * 1.4;
    if (point.x > place.density.right + 8) return false;
    const { left, right } = handles(place, state);
    const offset = state.q.mean - scaleX(place.density, state.limits).toValue(point.x);
    if (state.showOwn && near(ownHandle(place, state))) held = { own: true, y: point.y, slope: state.own.slope };
    else if (point.y > place.density.bottom + place.size) return false;
    else if (near(left) || near(right)) held = { width: true, y: point.y };
    else held = { y: point.y, std: state.q.std, offset: Math.abs(offset) < state.q.std ? offset : 0 };
    move(point);
    return true;
  };
  return { start, move };
}

function stepping({ state }, { setQ, setOwn, save }) {
  const step = (state.limits[1] - state.limits[0]) / 70;
  const nudge = (mean, std) => (size) =>
    setQ({ mean: state.q.mean + mean * step * size, std: state.q.std + 0.5 * std * step * size });
  const nudgeOwn = (boundary, slope) => (size) => {
    if (!state.showOwn) return;
    setOwn({ boundary: state.own.boundary + boundary * step * size, slope: state.own.slope + slope * size });
    save();
  };
  const actions = { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1) };
  for (const key of ["[", "{"]) actions[key] = nudgeOwn(-1, 0);
  for (const key of ["]", "}"]) actions[key] = nudgeOwn(1, 0);
  for (const key of ["-", "_"]) actions[key] = nudgeOwn(0, -0.5);
  for (const key of ["=", "+"]) actions[key] = nudgeOwn(0, 0.5);
  return actions;
}

function drawing({ canvas, summary }, current) {
  return (width) => {
    const { state } = current;
    const numbers = measure(state);
    current.place = arrange(width, fontSize(width), state.showOwn);
    const context = prepare(canvas, width, current.place.height);
    drawDensities(context, current.place, state);
    drawDecision(context, current.place, state);
    drawGain(context, current.place, state, numbers);
    drawNumbers(context, current.place, state, numbers);
    summary.textContent = describe(state, numbers);
  };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = { state: readState(model), place: null };
  const { state } = current;
  const paint = painter(parts.root, drawing(parts, current));
  const [low, high] = state.limits;
  const setQ = ({ mean, std }) => {
    state.q = { mean: clamp(mean, low, high), std: clamp(std, (high - low) / 140, (high - low) / 2) };
    paint.request();
  };
  const setOwn = ({ boundary, slope }) => {
    state.own = { boundary: clamp(boundary, low, high), slope: clamp(slope, -STEEPEST, STEEPEST) };
    paint.request();
  };
  const save = (changes = {}) => {
    for (const [name, value] of Object.entries({ ...state.q, ...state.own, ...changes })) model.set(name, value);
    model.save_changes();
  };
  const actions = { setQ, setOwn, save };
  const showSwitches = addButtons(parts.toolbar, state, actions);
  const refresh = () => {
    Object.assign(state, readState(model));
    showSwitches();
    paint.request();
  };
  const stopKeys = onKeys(parts.root, parts.canvas, stepping(current, actions), () => save());
  const stopDrag = onDrag(parts.canvas, { ...dragging(current, actions), end: () => save() });
  paint.paint();
  return follow(model, TOUCHED, refresh, [stopKeys, stopDrag, paint.stop]);
}

export default { render };
