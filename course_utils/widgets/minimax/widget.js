import { button, toggle } from "../shared/controls.js";
import { drawDensities, handles, scaleX } from "../shared/densities.js";
import { divergences, forwardMinimiser, insideOf, peakOf } from "../shared/gaussians.js";
import { mount } from "../shared/mount.js";
import { clamp, fixed } from "../shared/numbers.js";
import { arrange, drawDecision, drawGain, drawNumbers, ownHandle } from "./draw.js";
import { best, dataDensity, gameValue, logistic } from "./math.js";

const LABEL =
  "A density of data p, the generator's Gaussian q, the best discriminator between them and what each place adds " +
  "to the value of the game. Left and right arrows move q, up and down change its width, shift makes the steps " +
  "small; the square brackets move the boundary of your own discriminator, minus and plus its slope.";
const STEEPEST = 20;

function read(model) {
  const mixture = { means: model.get("means"), stds: model.get("stds"), weights: model.get("weights") };
  const [p, limits] = [dataDensity(mixture, model.get("first_only")), model.get("limits")];
  return {
    p,
    limits,
    several: mixture.means.length > 1,
    firstOnly: model.get("first_only"),
    pPeak: peakOf(p, limits),
    q: { mean: model.get("mean"), std: model.get("std") },
    showOwn: model.get("own"),
    own: { slope: model.get("slope"), boundary: model.get("boundary") },
  };
}

/** {value: V(D*), own: V of the reader's D, js, w1, ...}. */
function measure({ p, q, own, showOwn }) {
  const value = gameValue(p, q, best(p, q));
  return { ...divergences(p, q), value, own: showOwn ? gameValue(p, q, logistic(own)) : null };
}

function describe(state, numbers) {
  const { slope, boundary } = state.own;
  const shifted = `x ${boundary < 0 ? "+" : "\u2212"} ${Math.abs(boundary).toFixed(2)}`;
  const mine = state.showOwn ? ` Your D = sigmoid(${fixed(slope, 2)} (${shifted})): V ${fixed(numbers.own, 3)} nats.` : "";
  return (
    `q: mean ${fixed(state.q.mean, 2)}, standard deviation ${state.q.std.toFixed(2)}. ` +
    `V(D*) ${fixed(numbers.value, 3)} nats = 2 \u00b7 JS ${fixed(numbers.js, 3)} \u2212 log 4, ` +
    `JS of at most log 2 = ${Math.LN2.toFixed(3)}, W1 ${fixed(numbers.w1, 3)} units of x.${mine}`
  );
}

function controls({ toolbar, state, save }, { setQ }) {
  const span = state.limits[1] - state.limits[0];
  const jump = (find) => () => (setQ(find()), save());
  const far = (share) => () => ({ mean: state.limits[1] - share * span, std: 0.025 * span });
  button(toolbar, "q like p", jump(() => forwardMinimiser(state.p)), { title: "the mean and width of p" });
  if (state.several) button(toolbar, "On one mode", jump(() => ({ mean: state.p.means[0], std: state.p.stds[0] })));
  button(toolbar, "Far apart", jump(far(0.1)), { title: "JS is stuck at log 2" });
  button(toolbar, "Further", jump(far(0.01)), { title: "JS is stuck, W1 moves" });
  const add = (text, name, isOn) => toggle(toolbar, text, isOn, () => save({ [name]: !isOn() }));
  const shows = [add("A D of your own", "own", () => state.showOwn)];
  if (state.several) shows.push(add("p: first mode only", "first_only", () => state.firstOnly));
  return () => shows.forEach((show) => show());
}

/** In the densities: sideways is q's mean, up and down its width; a square changes the width alone; D has a handle. */
function drag(view, { setQ, setOwn }) {
  let held = null;
  const move = ({ x, y }) => {
    const { place, state } = view;
    const value = scaleX(place.density, state.limits).toValue(x);
    const rise = (held.y - y) / (place.density.bottom - place.density.top);
    if (held.own) return setOwn({ boundary: value, slope: held.slope + 10 * rise });
    if (held.width) return setQ({ mean: state.q.mean, std: Math.abs(value - state.q.mean) });
    setQ({ mean: value + held.offset, std: held.std * Math.exp(2 * rise) });
  };
  const start = (point) => {
    const { place, state } = view;
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

function keys({ state, save }, { setQ, setOwn }) {
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

function deeds({ state, changed }) {
  const setQ = (q) => {
    state.q = insideOf(state.limits, q);
    changed();
  };
  const setOwn = ({ boundary, slope }) => {
    state.own = { boundary: clamp(boundary, ...state.limits), slope: clamp(slope, -STEEPEST, STEEPEST) };
    changed();
  };
  return { setQ, setOwn };
}

function draw(context, { state, place }) {
  const numbers = measure(state);
  drawDensities(context, place, state);
  drawDecision(context, place, state);
  drawGain(context, place, state, numbers);
  drawNumbers(context, place, state, numbers);
  return describe(state, numbers);
}

const render = mount({
  label: LABEL,
  traits: ["mean", "std", "first_only", "own", "slope", "boundary"],
  layout: (width, size, { showOwn }, room) => arrange(width, size, showOwn, room),
  read,
  values: ({ state }) => ({ ...state.q, ...state.own }),
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
