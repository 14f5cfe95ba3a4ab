// What comes from Python and what the reader chooses, what is drawn of it, and the sentence under the picture.
import { clamp, fixed, minus } from "../shared/numbers.js";
import { logDensities, logDetTo, meshOf, placeAt, stageBelow, wayOf } from "./math.js";
import { flowOf, unpack } from "./tables.js";

export const TRAITS = ["depth", "point", "way", "grid", "density", "points"];
export const NOTCHES = 20; // of a step
export const WAYS = [["forward", "x \u2192 z"], ["back", "z \u2192 x"]];
export const LINES_OF = [["data", "data"], ["noise", "noise"], ["none", "none"]];
const MESH_SIDE = 97; // points along the edge of the meshes of data and of noise, for lines and density
const RETURNS = 1e-3; // an error there and back below that is one of rounding
const SAMPLED = 60; // points that say how tall the bars are

/** What never changes: the flow, the points at every stage, both meshes, the density on one of them, the errors. */
export function given(model) {
  const read = model.get("read");
  const flow = flowOf(read);
  const carried = carriedPoints(read.points);
  const noise = meshOf(flow, read.inverse.at(-1), MESH_SIDE, "back");
  const data = meshOf(flow, read.forward[0], MESH_SIDE, "forward");
  const { center, half } = read.forward[0];
  return {
    flow, carried, data, noise, names: read.names, precision: read.precision, halves: read.half,
    logDensity: { data: logDensities(flow, data), noise: logDensities(flow, noise) },
    kinds: quarters(carried[0]),
    reach: { forward: read.forward[0], back: read.inverse.at(-1) },
    errors: { center, half, side: read.side, values: unpack(read.error, read.side * read.side) },
    reached: barEnds(flow, carried[0]),
    ground: {},
  };
}

/** Flat points [x0, y0, ...] for every stage. */
function carriedPoints({ count, x: xs, y: ys }) {
  let [x, y] = [null, null];
  return xs.map((packed, stage) => {
    [x, y] = [unpack(packed, count, x), unpack(ys[stage], count, y)];
    return Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 ? y : x)[i >> 1]);
  });
}

/** Of each point which quarter around their mean it lies in, 0 to 3, as in still.py. */
export function quarters(points) {
  const n = points.length / 2;
  const mean = [0, 0];
  points.forEach((value, i) => (mean[i % 2] += value / n));
  return Array.from({ length: n }, (_, i) => {
    const [right, up] = [points[2 * i] > mean[0], points[2 * i + 1] > mean[1]];
    return up ? (right ? 0 : 1) : right ? 3 : 2;
  });
}

/** [least, most]: the ends of the log-dets, of a step or of the first few together, that some of the points have. */
function barEnds(flow, points) {
  let [least, most] = [-0.25, 0.25];
  for (let i = 0; i < Math.min(SAMPLED, points.length / 2); i++) {
    let sum = 0;
    for (const logDet of wayOf(flow, [points[2 * i], points[2 * i + 1]]).logDets) {
      sum += logDet;
      [least, most] = [Math.min(least, logDet, sum), Math.max(most, logDet, sum)];
    }
  }
  return [least, most];
}

export function read(model) {
  return Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
}

/** A depth within the flow, on a notch. */
export function onNotch(depth, { flow }) {
  return clamp(Math.round(depth * NOTCHES) / NOTCHES, 0, flow.count);
}

/** A point kept within the rectangle that the first table, or the last one, was read off over. */
export function within(point, { center, half }) {
  return point.map((value, axis) => clamp(value, center[axis] - half[axis], center[axis] + half[axis]));
}

/** How far the plane reaches at a depth; and the way of the traced point, found anew where it has moved. */
export function refresh(state) {
  const { flow, halves, depth } = state;
  const [stage, share] = stageBelow(depth, flow.count);
  state.half = halves[stage] + share * (halves[stage + 1] - halves[stage]);
  const key = [...state.point, state.way].join();
  if (state.look?.key !== key) state.look = { key, ...thereAndBack(state) };
  state.look.place = placeAt(state.look.way, depth);
  state.look.soFar = logDetTo(state.look.way, depth);
}

/**
 * The way of the point, and again: where its other end is sent. Where the flow itself, as Python measured it here, comes
 * back to the same place, so does the point: the tables would add an error of their own.
 */
function thereAndBack({ flow, point, way: held, errors }) {
  const way = wayOf(flow, point, held);
  const error = errorAt(errors, way.stages[0]);
  if (error.here < RETURNS) return { way, returned: way, again: point, error };
  const [end, back] = held === "forward" ? [way.stages.at(-1), "back"] : [way.stages[0], "forward"];
  const returned = wayOf(flow, end, back);
  return { way, returned, again: held === "forward" ? returned.stages[0] : returned.stages.at(-1), error };
}

/** {here, most}: |inverse(forward(x)) - x| at the nearest point of the grid, and the largest there is. */
function errorAt({ center, half, side, values }, point) {
  const index = (axis) => {
    const share = ((point[axis] - center[axis]) / half[axis] + 1) / 2;
    return clamp(Math.round(share * (side - 1)), 0, side - 1);
  };
  return { here: 10 ** values[index(1) * side + index(0)], most: 10 ** values.reduce((a, b) => Math.max(a, b)) };
}

const RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

/** A positive number in words of one digit and a power of ten; what is too small to be measured is 0. */
export function powerText(value) {
  if (value < 2e-12) return "0";
  if (value >= 0.01) return fixed(value, 2);
  const [digit, power] = value.toExponential(0).split("e-");
  return `${digit}\u00b710\u207b${[...power].map((each) => RAISED[each]).join("")}`;
}

export const pairText = (pair) => `(${pair.map((value) => fixed(value, 2)).join(", ")})`;

/** The three numbers of the change of variables, rounded so that they add up. */
export function sumTexts({ way }) {
  const [base, total] = [way.logBase, way.logProb].map((value) => Math.round(100 * value) / 100);
  return { sum: fixed(total - base, 2), base: fixed(base, 2), total: fixed(total, 2) };
}

/** A depth with as many digits as it needs. */
export const depthText = (depth) => minus(Number(depth.toFixed(2)));

export function depthWords({ depth, flow, names }) {
  if (depth === 0) return "data x";
  if (depth === flow.count) return "noise z";
  const [stage, share] = stageBelow(depth, flow.count);
  return share ? `in step ${stage + 1}, ${names[stage]}` : `after step ${stage}, ${names[stage - 1]}`;
}

/** The sentence under the picture. */
export function describe(state) {
  const { flow, way: held, look, precision } = state;
  const { way, again, error, soFar, place } = look;
  const [x, z] = [way.stages[0], way.stages[flow.count]].map(pairText);
  const { sum, base, total } = sumTexts(look);
  const ends = held === "forward"
    ? `x ${x} \u2192 z ${z}, sent back to x ${pairText(again)}`
    : `z ${z} \u2192 x ${x}, sent on to z ${pairText(again)}`;
  return [
    `Depth ${depthText(state.depth)} of ${flow.count}: ${depthWords(state)}.`,
    `${ends}; now at ${pairText(place)}.`,
    `Log-dets of the steps ${way.logDets.map((one) => fixed(one, 2)).join(", ")}; so far ${fixed(soFar, 2)}.`,
    `log p(z) ${base} and their sum ${sum} make log p(x) ${total}.`,
    `In ${precision} inverse(forward(x)) misses x by ${powerText(error.here)} here,`,
    `by ${powerText(error.most)} at most.`,
  ].join(" ");
}
