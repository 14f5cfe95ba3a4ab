import { write } from "../shared/canvas.js";
import { scaleMap } from "../shared/map.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { addControls } from "./controls.js";
import { drawGround, drawTicks, nameContours } from "./ground.js";
import { layout } from "./layout.js";
import { drawBars, drawSum } from "./ledger.js";
import { endFor } from "./math.js";
import { LINES_OF, TRAITS, depthText, depthWords, describe, given, onNotch, read, refresh, within } from "./state.js";
import { drawTraced } from "./traced.js";

const LABEL =
  "The plane at a depth of a normalising flow, from data x to noise z: a grid's lines, the density, points of data, " +
  "and one point with its way over all steps; beside it how much each step stretches the area around that point, and " +
  "the sum that gives log p(x). Space plays, comma and full stop change the depth, Home and End go to data and " +
  "noise; the arrow keys move the end of the way that is held, shift makes steps small; B changes which end that is, " +
  "G the grid, D the density, P the points.";
const STEP_MS = 900; // of playing, a step of the flow
const KEY_STEP = 0.1; // of the point
const KEY_DEPTH = 0.25;

/** Playing to the far end, from the other one where it is there already; whole steps where less motion is wanted. */
function player({ state, changed, save }, moveDepth) {
  let motion = null;
  const stop = () => {
    motion?.stop();
    motion = null;
    changed();
  };
  const toggle = () => {
    if (motion) return stop(), save();
    const [first, last] = state.way === "forward" ? [0, state.flow.count] : [state.flow.count, 0];
    const from = state.depth === last ? first : state.depth;
    if (reducedMotion()) {
      const ahead = last > first ? Math.floor(from + 1) : Math.ceil(from - 1);
      moveDepth(state.depth === last ? first : ahead);
      return save();
    }
    const ms = Math.max(1, STEP_MS * Math.abs(last - from));
    motion = glide(ms, (share) => moveDepth(from + share * (last - from)), () => (stop(), save()));
    motion.start();
    changed();
  };
  return { toggle, stop, running: () => motion !== null };
}

/** What controls, keys and pointer do. */
function deeds(view) {
  const { state, changed } = view;
  const set = (changes) => {
    Object.assign(state, changes);
    changed();
  };
  const playing = player(view, (depth) => set({ depth: onNotch(depth, state) }));
  const moveDepth = (depth) => {
    if (playing.running()) playing.stop();
    set({ depth: onNotch(depth, state) });
  };
  const rounded = (point) => point.map((value) => Math.round(1000 * value) / 1000);
  const move = (point, way = state.way) => set({ way, point: rounded(within(point, state.reach[way])) });
  /** The other end is held from now on, where it is. */
  const hold = (way) => {
    if (way === state.way) return;
    refresh(state);
    const { stages } = state.look.way;
    move(way === "forward" ? stages[0] : stages.at(-1), way);
  };
  return { ...playing, set, moveDepth, move, hold };
}

function keys({ state, save }, { toggle, set, moveDepth, move, hold }) {
  const nudge = (x, y) => (size) => {
    move([state.point[0] + x * KEY_STEP * size, state.point[1] + y * KEY_STEP * size]);
  };
  const deeper = (sign) => (size) => (moveDepth(state.depth + sign * KEY_DEPTH * size), save());
  const flip = (name) => () => (set({ [name]: !state[name] }), save());
  const grids = LINES_OF.map(([name]) => name);
  return {
    " ": toggle,
    ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1),
    ",": deeper(-1), "<": deeper(-1), ".": deeper(1), ">": deeper(1),
    Home: () => (moveDepth(0), save()),
    End: () => (moveDepth(state.flow.count), save()),
    b: () => (hold(state.way === "forward" ? "back" : "forward"), save()),
    g: () => (set({ grid: grids[(grids.indexOf(state.grid) + 1) % grids.length] }), save()),
    d: flip("density"),
    p: flip("points"),
  };
}

/** In the plane the traced point follows, at the depth on show; over the bars the depth does. */
function drag(view, { move, moveDepth }) {
  const { state } = view;
  let onBars = false;
  const follow = (point) => {
    const { plane, bars } = view.place;
    const { count } = state.flow;
    if (onBars) return moveDepth(((point.x - bars.left) / (bars.right - bars.left)) * count);
    const place = scaleMap(plane, { center: [0, 0], half: state.half }).toValue(point);
    const inside = place.map((value) => clamp(value, -state.half, state.half));
    if (state.depth === 0) return move(inside, "forward");
    if (state.depth === count) return move(inside, "back");
    move(endFor(state.flow, inside, state.depth, state.way));
  };
  const start = (point) => {
    const { plane, bars, small } = view.place;
    const between = (value, low, high) => value >= low && value <= high;
    const { left, top, side } = plane;
    const inPlane = between(point.x, left, left + side) && between(point.y, top, top + side);
    onBars = between(point.x, bars.left, bars.right) && between(point.y, bars.top, bars.bottom + small * 1.4);
    if (!inPlane && !onBars) return false;
    follow(point);
    return true;
  };
  return { start, move: follow };
}

/** The depth in words, as many as there is room for, in units of the text's size. */
function titleOf(state, room) {
  const depth = `Depth ${depthText(state.depth)} of ${state.flow.count}`;
  const words = depthWords(state);
  const titles = [`${depth}: ${words}`, `${depth}: ${words.split(",")[0]}`, depth];
  return titles.find((title) => title.length * 0.6 < room) ?? depth;
}

function draw(context, { state, place }) {
  refresh(state);
  const { plane, small } = place;
  drawGround(context, plane, state);
  drawTicks(context, plane, state, small);
  if (state.density) nameContours(context, plane, small);
  drawTraced(context, place, state);
  write(context, titleOf(state, plane.side / small), plane.left, plane.top - small * 0.6, { size: small, bold: true });
  drawBars(context, place, state);
  drawSum(context, place, state);
  return describe(state);
}

const render = mount({
  label: LABEL, traits: TRAITS, layout, given, read, deeds, controls: addControls, keys, drag, draw,
});

export default { render };
