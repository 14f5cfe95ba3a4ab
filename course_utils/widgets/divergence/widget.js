import { button, either } from "../shared/controls.js";
import { drawDensities, handles, scaleX } from "../shared/densities.js";
import { divergences, forwardMinimiser, insideOf, peakOf } from "../shared/gaussians.js";
import { mount } from "../shared/mount.js";
import { minus } from "../shared/numbers.js";
import { drawBars, drawPaid, layout } from "./draw.js";
import { reverseMinimiser } from "./math.js";

const LABEL =
  "A Gaussian q over a density p with several modes, and four divergences between them as bars. " +
  "Left and right arrows move q, up and down change its width; shift makes the steps small.";

function read(model) {
  const p = { means: model.get("means"), stds: model.get("stds"), weights: model.get("weights") };
  const limits = model.get("limits");
  const q = { mean: model.get("mean"), std: model.get("std") };
  return { p, limits, pPeak: peakOf(p, limits), q, integrand: model.get("integrand") };
}

function describe(state, numbers) {
  return (
    `q: mean ${minus(state.q.mean.toFixed(2))}, standard deviation ${state.q.std.toFixed(2)}. ` +
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

function controls({ toolbar, state, save }, { moveTo }) {
  for (const [text, find] of presets(state)) {
    button(toolbar, text, () => (moveTo(find(state.p)), save()));
  }
  const options = [["forward", "p log(p/q)"], ["reverse", "q log(q/p)"]];
  const flip = (value) => save({ integrand: state.integrand === value ? "none" : value });
  return either(toolbar, "What is paid where:", options, (value) => state.integrand === value, flip);
}

function drag(view, { moveTo }) {
  let grabbed = null;
  const valueAt = (point) => scaleX(view.place.density, view.state.limits).toValue(point.x);
  const move = (point) => {
    const { mean, std } = view.state.q;
    const x = valueAt(point);
    moveTo(grabbed.width ? { mean, std: Math.abs(x - mean) } : { mean: x + grabbed.offset, std });
  };
  const start = (point) => {
    const { place, state } = view;
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

function keys({ state }, { moveTo }) {
  const step = (state.limits[1] - state.limits[0]) / 70;
  const nudge = (mean, std) => (size) =>
    moveTo({ mean: state.q.mean + mean * step * size, std: state.q.std + std * step * size });
  return { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 0.5), ArrowDown: nudge(0, -0.5) };
}

function deeds(view) {
  const moveTo = (q) => {
    view.state.q = insideOf(view.state.limits, q);
    view.changed();
  };
  return { moveTo };
}

function draw(context, { state, place }) {
  const numbers = divergences(state.p, state.q);
  drawDensities(context, place, state);
  if (place.paid) drawPaid(context, place, state, numbers[state.integrand]);
  drawBars(context, place, state, numbers);
  return describe(state, numbers);
}

const render = mount({
  label: LABEL,
  traits: ["means", "stds", "weights", "limits", "mean", "std", "integrand"],
  layout: (width, size, { integrand }, room) => layout(width, size, integrand !== "none", room),
  read,
  values: ({ state }) => state.q,
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
