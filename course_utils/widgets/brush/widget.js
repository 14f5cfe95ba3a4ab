import { SOFT } from "../shared/colors.js";
import { inBox } from "../shared/images.js";
import { canvasPoint } from "../shared/input.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { brushBox, drawAxes, drawBrushes, drawEdges, drawHeads, drawTicks, writer } from "./axes.js";
import { addControls } from "./controls.js";
import { layout } from "./layout.js";
import { drawLines, drawNone } from "./lines.js";
import { awayFrom, betterHalf, brushAt, moved, sharesOf } from "./math.js";
import { drawKinds, drawNames, drawValues } from "./names.js";
import { pointOf } from "./places.js";
import { columnsOf, describe, given, leftIn, presetOn, presetsOf, singledOut } from "./state.js";

const LABEL =
  "A line for each family of generative models over parallel axes, one for each measure, every axis with its better " +
  "end up (or to the right, where the page is narrow). Left and right arrows choose the axis, space brushes its " +
  "better half or clears the brush, up and down move the worse edge of the brush, with shift the better edge; comma " +
  "and full stop move the axis, F singles out the next family, Escape clears the axis' brush, and then all.";
const STEP = 0.04; // of an axis, for a key
const NEAR = 8; // px, that a pointer may be off
const STILL = 4; // px, that a press may move before it is a drag

function draw(context, { state, place }) {
  const left = leftIn(state);
  const single = singledOut(state);
  place.say = writer(place.width);
  drawAxes(context, place, state);
  drawBrushes(context, place, state);
  drawNone(context, place, state);
  drawLines(context, place, state, left, single);
  if (place.upright) drawHeads(context, place, state);
  drawNames(context, place, state, left, single);
  drawKinds(context, place, state, left, single);
  drawValues(context, place, state, single);
  if (!place.upright) drawHeads(context, place, state);
  drawEdges(context, place, state);
  drawTicks(context, place, state);
  place.hint.forEach((text, i) => {
    place.say(context, text, 2, place.hintTop + i * place.line, { size: place.small, color: SOFT });
  });
  return describe(state);
}

/** What controls, keys and pointer do. */
function deeds(view) {
  const { state, changed, save } = view;
  const set = (changes) => (Object.assign(state, changes), changed());
  const scale = () => columnsOf(state)[state.axis].scale;
  const brush = (pair) => set({ brushes: { ...state.brushes, [state.axis]: pair } });
  const clear = (name) => {
    set({ brushes: Object.fromEntries(Object.entries(state.brushes).filter(([one]) => one !== name)) });
  };
  const clearSome = () => (state.axis in state.brushes ? clear(state.axis) : set({ brushes: {} }), save());
  const toggle = () => {
    const { measure, summaries } = columnsOf(state)[state.axis];
    if (state.axis in state.brushes) clear(state.axis);
    else brush(betterHalf(measure, summaries));
    save();
  };
  const moveEdge = (edge, by) => {
    const shares = sharesOf(scale(), state.brushes[state.axis] ?? [null, null]);
    shares[edge] = clamp(shares[edge] + by, edge ? shares[0] : 0, edge ? 1 : shares[1]);
    brush(brushAt(scale(), ...shares));
  };
  const choose = (by) => {
    const at = clamp(state.axes.indexOf(state.axis) + by, 0, state.axes.length - 1);
    set({ axis: state.axes[at] });
  };
  const moveAxis = (to) => set({ axes: moved(state.axes, state.axis, clamp(to, 0, state.axes.length - 1)) });
  const brushLike = (name) => {
    set({ brushes: Object.fromEntries(presetsOf(state))[name] ?? state.brushes });
    save();
  };
  /** Other data have other halves: a preset stays a preset, what else is brushed keeps its numbers. */
  const showData = (data) => {
    const preset = presetOn(state);
    set({ data });
    brushLike(preset);
  };
  const nextFamily = () => {
    const names = [null, ...state.families.map(({ name }) => name)];
    set({ family: names[(names.indexOf(state.family) + 1) % names.length], hovered: null });
    save();
  };
  const stop = pointing(view, (name) => (clear(name), save()));
  return { set, brush, clearSome, toggle, moveEdge, choose, moveAxis, brushLike, showData, nextFamily, stop };
}

/** A family under the pointer is singled out as long as it is there; a double click clears a brush. */
function pointing(view, clear) {
  const { canvas, state } = view;
  const show = (hovered) => {
    if (hovered === state.hovered) return;
    state.hovered = hovered;
    view.changed();
  };
  const listeners = {
    pointermove: (event) => event.buttons || show(familyAt(view, canvasPoint(event, canvas))),
    pointerleave: () => show(null),
    dblclick: (event) => {
      const k = axisAt(view.place, canvasPoint(event, canvas));
      if (k >= 0) clear(state.axes[k]);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
  };
}

/** The name of the family whose name or line is under the point, or null. */
function familyAt({ place, state }, point) {
  const at = place.names.find((box) => inBox(point, box));
  if (at) return state.families[at.family].name;
  const away = state.families.map((_, i) => awayFrom(point, state.axes.map((_, k) => pointOf(place, k, i))));
  const best = away.indexOf(Math.min(...away));
  return away[best] < NEAR ? state.families[best].name : null;
}

const axisAt = (place, point) => place.zones.findIndex((box) => inBox(point, box));

function keys({ state, save }, { toggle, moveEdge, choose, moveAxis, nextFamily, clearSome }) {
  const edge = (by) => (step) => moveEdge(step === 1 ? 0 : 1, by);
  const shift = (by) => () => (moveAxis(state.axes.indexOf(state.axis) + by), save());
  return {
    ArrowLeft: () => choose(-1), ArrowRight: () => choose(1), ArrowUp: edge(STEP), ArrowDown: edge(-STEP),
    " ": toggle, f: nextFamily, Escape: clearSome, ",": shift(-1), "<": shift(-1), ".": shift(1), ">": shift(1),
  };
}

/** A drag along an axis brushes it, moves a brush or one of its edges; a drag of its name moves the axis. */
function drag(view, { set, brush, moveAxis }) {
  let held = null;
  const start = (point) => {
    const { place, state } = view;
    const name = place.names.find((box) => inBox(point, box));
    if (name) {
      const { name: family } = state.families[name.family];
      set({ family: state.family === family ? null : family });
      return (held = { move: () => {} });
    }
    const head = place.heads.findIndex((box) => inBox(point, box));
    const k = head >= 0 ? head : axisAt(place, point);
    if (k < 0) return false;
    set({ axis: state.axes[k], hovered: null });
    held = { move: head >= 0 ? (to) => moveAxis(place.slotAt(to)) : brushing(view, k, point, brush), from: point };
    return true;
  };
  const move = (point) => {
    if (held.from && Math.hypot(point.x - held.from.x, point.y - held.from.y) < STILL) return;
    held.from = null;
    held.move(point);
  };
  return { start, move };
}

/** What a drag from a point of the k-th axis does. */
function brushing({ place, state }, k, point, brush) {
  const { scale } = columnsOf(state)[state.axes[k]];
  const share = (at) => clamp(place.shareAt(at), 0, 1);
  const start = share(point);
  const pair = state.brushes[state.axes[k]];
  if (pair) {
    const shares = sharesOf(scale, pair);
    const along = Math.hypot(...[0, 1].map((i) => place.ends[k][1][i] - place.ends[k][0][i]));
    const away = shares.map((edge) => Math.abs(edge - place.shareAt(point)) * along);
    const edge = away[0] < away[1] ? 0 : 1;
    if (away[edge] < NEAR) return (to) => brush(brushAt(scale, shares[1 - edge], share(to)));
    const [worse, better] = shares;
    if (inBox(point, brushBox(place, k, shares))) {
      return (to) => {
        const by = clamp(place.shareAt(to) - start, -worse, 1 - better);
        brush(brushAt(scale, worse + by, better + by));
      };
    }
  }
  return (to) => brush(brushAt(scale, start, share(to)));
}

const render = mount({
  label: LABEL,
  traits: ["data", "axes", "brushes", "axis", "family"],
  layout,
  given,
  deeds,
  controls: addControls,
  keys,
  drag,
  draw,
});

export default { render };
