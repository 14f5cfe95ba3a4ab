import { fontSize, prepare } from "../shared/canvas.js";
import { onDrag, onKeys } from "../shared/input.js";
import { button, follow, group, painter, shell } from "../shared/shell.js";
import { drawBars, drawDensities, drawPaid, handles, layout, scaleX } from "./draw.js";
import { divergences, forwardMinimiser, logMixture, reverseMinimiser } from "./math.js";

const LABEL =
  "A Gaussian q over a density p with several modes, and four divergences between them as bars. " +
  "Left and right arrows move q, up and down change its width; shift makes the steps small.";

const NAMES = ["means", "stds", "weights", "limits", "mean", "std", "integrand"];

function readState(model) {
  const p = { means: model.get("means"), stds: model.get("stds"), weights: model.get("weights") };
  const limits = model.get("limits");
  const heights = Array.from({ length: 401 }, (_, i) =>
    Math.exp(logMixture(limits[0] + (i / 400) * (limits[1] - limits[0]), p)),
  );
  return {
    p,
    limits,
    pPeak: Math.max(...heights),
    q: { mean: model.get("mean"), std: model.get("std") },
    integrand: model.get("integrand"),
  };
}

/** q inside the picture: the centre on the axis, the width between a hair and half of it. */
function clampQ({ mean, std }, [low, high]) {
  return {
    mean: Math.min(high, Math.max(low, mean)),
    std: Math.min((high - low) / 2, Math.max((high - low) / 140, std)),
  };
}

function describe(state, numbers) {
  const signed = (value, digits) => value.toFixed(digits).replace("-", "\u2212");
  return (
    `q: mean ${signed(state.q.mean, 2)}, standard deviation ${state.q.std.toFixed(2)}. ` +
    `KL(p\u2016q) ${numbers.forward.toFixed(3)} nats, KL(q\u2016p) ${numbers.reverse.toFixed(3)} nats, ` +
    `JS ${numbers.js.toFixed(3)} of at most ${Math.LN2.toFixed(3)} nats, W1 ${numbers.w1.toFixed(3)} units of x.`
  );
}

function presets(state) {
  const [low, high] = state.limits;
  const span = high - low;
  const many = state.p.means.length > 2 ? "all" : "both";
  return [
    [`Smallest KL(p\u2016q): covers ${many}`, forwardMinimiser],
    ["Smallest KL(q\u2016p): picks one", reverseMinimiser],
    ["Far apart", () => ({ mean: high - 0.08 * span, std: 0.025 * span })],
    ["Narrow", (p) => ({ mean: forwardMinimiser(p).mean, std: 0.02 * span })],
  ];
}

function addSwitches(toolbar, state, choose) {
  const row = group(toolbar, "What is paid where:");
  const options = [["p log(p/q)", "forward"], ["q log(q/p)", "reverse"]];
  const switches = options.map(([text, value]) => {
    const flip = () => choose(state.integrand === value ? "none" : value);
    return [value, button(row, text, flip, { pressed: state.integrand === value })];
  });
  return () => {
    for (const [value, element] of switches) {
      element.setAttribute("aria-pressed", String(state.integrand === value));
    }
  };
}

function dragging(current, moveTo) {
  let grabbed = null;
  const valueAt = (point) => scaleX(current.place.density, current.state.limits).toValue(point.x);
  const move = (point) => {
    const { mean, std } = current.state.q;
    const x = valueAt(point);
    moveTo(grabbed.width ? { mean, std: Math.abs(x - mean) } : { mean: x + grabbed.offset, std });
  };
  const start = (point) => {
    const { place, state } = current;
    if (point.y > place.axis + place.size || point.x > place.density.right + 8) return false;
    const { left, right } = handles(place, state);
    const reach = place.size * 1.1;
    const near = (handle) => Math.abs(point.x - handle.x) < reach && Math.abs(point.y - handle.y) < reach;
    const offset = state.q.mean - valueAt(point);
    if (near(left) || near(right)) grabbed = { width: true };
    else grabbed = { offset: Math.abs(offset) < state.q.std ? offset : 0 };
    move(point);
    return true;
  };
  return { start, move };
}

function stepping({ state }, moveTo) {
  const step = (state.limits[1] - state.limits[0]) / 70;
  const nudge = (mean, std) => (size) =>
    moveTo({ mean: state.q.mean + mean * step * size, std: state.q.std + std * step * size });
  return { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 0.5), ArrowDown: nudge(0, -0.5) };
}

function drawing({ canvas, summary }, current) {
  return (width) => {
    const { state } = current;
    const numbers = divergences(state.p, state.q);
    current.place = layout(width, fontSize(width), state.integrand !== "none");
    const context = prepare(canvas, width, current.place.height);
    drawDensities(context, current.place, state);
    if (current.place.paid) drawPaid(context, current.place, state, numbers[state.integrand]);
    drawBars(context, current.place, state, numbers);
    summary.textContent = describe(state, numbers);
  };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = { state: readState(model), place: null };
  const paint = painter(parts.root, drawing(parts, current));
  const moveTo = (q) => {
    current.state.q = clampQ(q, current.state.limits);
    paint.request();
  };
  const save = (changes = current.state.q) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  for (const [text, find] of presets(current.state)) {
    button(parts.toolbar, text, () => (moveTo(find(current.state.p)), save()));
  }
  const showSwitches = addSwitches(parts.toolbar, current.state, (value) => save({ integrand: value }));
  const refresh = () => {
    Object.assign(current.state, readState(model));
    showSwitches();
    paint.request();
  };
  const stopKeys = onKeys(parts.root, parts.canvas, stepping(current, moveTo), () => save());
  const stopDrag = onDrag(parts.canvas, { ...dragging(current, moveTo), end: () => save() });
  paint.paint();
  return follow(model, NAMES, refresh, [stopKeys, stopDrag, paint.stop]);
}

export default { render };
