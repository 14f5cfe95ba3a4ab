import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { drawBars } from "./bars.js";
import { addControls } from "./controls.js";
import { layout, planeScale } from "./layout.js";
import { drawPlane } from "./plane.js";
import { HALF, LIMITS, TRAITS, describe, given, read, refresh, rounded, values } from "./state.js";

const LABEL =
  "A cloud of data and a cloud of samples in the plane, and nine measures of the samples, each with the band " +
  "that other data come to. The arrow keys move all samples, or half of them, shift makes the steps small; the " +
  "keys A and H choose which, the square brackets change the width of the modes, comma and full stop the noise, " +
  "minus and plus the outliers, a digit drops a mode or brings it back, C makes the samples copies of the data " +
  "or fresh draws.";
const STEP = 0.25;

/** What controls, keys and pointer do. */
function deeds({ state, changed, save }) {
  const set = (changes) => {
    Object.assign(state.settings, changes);
    changed();
  };
  const within = (pair) => pair.map((value) => rounded(clamp(value, ...LIMITS.shift)));
  const moveBy = (name, dx, dy, from = state.settings[name]) => {
    set({ [name]: within([from[0] + dx, from[1] + dy]) });
  };
  const change = (name, by) => {
    set({ [name]: rounded(clamp(state.settings[name] + by, ...LIMITS[name])) });
    save();
  };
  const choose = (chosen) => {
    state.chosen = chosen;
    changed();
  };
  const flip = (mode) => {
    const { dropped } = state.settings;
    const others = dropped.filter((one) => one !== mode);
    const next = others.length < dropped.length ? others : [...dropped, mode].sort((a, b) => a - b);
    if (next.length === state.mixture.means.length) return; // one mode stays
    set({ dropped: next });
    save();
  };
  return { set, moveBy, change, choose, flip };
}

const traitOf = (chosen) => (chosen === "half" ? "split" : "shift");

function keys({ state, save }, { set, moveBy, change, choose, flip }) {
  const move = (x, y) => (size) => moveBy(traitOf(state.chosen), x * STEP * size, y * STEP * size);
  const pick = (name) => () => (choose(name), save());
  const by = (name, step) => (size) => change(name, size === 1 ? step : step / 5);
  const digits = state.mixture.means.map((_, k) => [String(k + 1), () => flip(k + 1)]);
  const copy = () => (set({ madeOf: state.settings.madeOf === "copies" ? "draws" : "copies" }), save());
  return {
    ArrowLeft: move(-1, 0), ArrowRight: move(1, 0), ArrowUp: move(0, 1), ArrowDown: move(0, -1),
    a: pick("all"), h: pick("half"), c: copy,
    "[": by("width", -0.1), "{": by("width", -0.1), "]": by("width", 0.1), "}": by("width", 0.1),
    ",": by("noise", -0.05), "<": by("noise", -0.05), ".": by("noise", 0.05), ">": by("noise", 0.05),
    "-": by("outliers", -0.01), "_": by("outliers", -0.01),
    "+": () => change("outliers", 0.01), "=": by("outliers", 0.01),
    ...Object.fromEntries(digits),
  };
}

/** A handle is dragged, or from anywhere in the plane what the arrow keys move. */
function drag(view, { moveBy, choose }) {
  let held = null;
  const move = (point) => {
    const [x, y] = planeScale(view.place, HALF).toValue(point);
    moveBy(held.name, x - held.x, y - held.y, held.from);
  };
  const start = (point) => {
    const { place, state } = view;
    const { left, top, side } = place.plane;
    if (point.x < left || point.x > left + side || point.y < top || point.y > top + side) return false;
    const chosen = handleAt(point, place, state) ?? state.chosen;
    if (chosen !== state.chosen) choose(chosen);
    const [x, y] = planeScale(place, HALF).toValue(point);
    held = { name: traitOf(chosen), x, y, from: state.settings[traitOf(chosen)] };
    return true;
  };
  return { start, move };
}

/** The handle at the point, of two the nearer one; null where none is. */
function handleAt(point, place, { look, chosen }) {
  const { toPixel } = planeScale(place, HALF);
  const away = ["all", "half"].map((name, side) => {
    const [x, y] = toPixel(look.centres[side]);
    return { name, far: Math.hypot(point.x - x, point.y - y) - (name === chosen ? place.size : 0) };
  });
  const [best] = away.sort((a, b) => a.far - b.far);
  return best.far < place.size * 1.3 ? best.name : null;
}

function draw(context, { state, place }) {
  refresh(state);
  drawPlane(context, place, state);
  drawBars(context, place, state);
  return describe(state);
}

const render = mount({
  label: LABEL, traits: TRAITS, layout, given, read, values, deeds, controls: addControls, keys, drag, draw,
});

export default { render };
