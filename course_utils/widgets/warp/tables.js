// The flow as Python read it off: each step, and each step's inverse, as a table that is interpolated.
import { decodeBytes } from "../shared/base64.js";

/** Numbers from {low, unit, data}: 16 bits each; "" are all low, "=" are those of `before`. */
export function unpack({ low, unit, data }, count, before = null) {
  if (data === "=") return before;
  const values = new Float64Array(count).fill(low);
  if (data === "") return values;
  const view = new DataView(decodeBytes(data).buffer);
  return values.map((_, i) => low + unit * view.getUint16(2 * i, true));
}

/** A plane [side * side] with a rim around it that goes on as a parabola, [(side + 2) * (side + 2)] (Keys 1981). */
function rimmed(values, side) {
  const wide = side + 2;
  const out = new Float64Array(wide * wide);
  for (let row = 0; row < side; row++) out.set(values.subarray(row * side, (row + 1) * side), (row + 1) * wide + 1);
  const extend = (start, step) => {
    const last = start + (wide - 1) * step;
    out[start] = 3 * out[start + step] - 3 * out[start + 2 * step] + out[start + 3 * step];
    out[last] = 3 * out[last - step] - 3 * out[last - 2 * step] + out[last - 3 * step];
  };
  for (let row = 1; row <= side; row++) extend(row * wide, 1);
  for (let column = 0; column < wide; column++) extend(column, wide);
  return out;
}

/** The four weights of cubic convolution at a place in units of the grid; beyond the edge they go on linearly. */
function weigh(place, side, weights) {
  const first = Math.min(side - 2, Math.max(0, Math.floor(place)));
  const t = Math.min(1, Math.max(0, place - first));
  weights[0] = ((-0.5 * t + 1) * t - 0.5) * t;
  weights[1] = (1.5 * t - 2.5) * t * t + 1;
  weights[2] = ((-1.5 * t + 2) * t + 0.5) * t;
  weights[3] = (0.5 * t - 0.5) * t * t;
  const beyond = place - first - t;
  if (beyond) {
    weights[0] += beyond * ((-1.5 * t + 2) * t - 0.5);
    weights[1] += beyond * ((4.5 * t - 5) * t);
    weights[2] += beyond * ((-4.5 * t + 4) * t + 0.5);
    weights[3] += beyond * ((1.5 * t - 1) * t);
  }
  return first;
}

/**
 * (x, y) -> the planes' values there, from {center, half, planes} over a rectangle, side * side points, row by row from
 * the lowest y. The array returned is used again by the next call.
 */
export function tableOf({ center, half, planes }, side) {
  const wide = side + 2;
  const found = planes.map((plane) => (plane.data === "" ? plane.low : rimmed(unpack(plane, side * side), side)));
  const [out, across, along] = [new Float64Array(planes.length), new Float64Array(4), new Float64Array(4)];
  const toPlace = (value, axis) => (((value - center[axis]) / half[axis] + 1) / 2) * (side - 1);
  return (x, y) => {
    const column = weigh(toPlace(x, 0), side, across);
    const row = weigh(toPlace(y, 1), side, along);
    for (let k = 0; k < found.length; k++) {
      const plane = found[k];
      if (typeof plane === "number") {
        out[k] = plane;
        continue;
      }
      let sum = 0;
      for (let i = 0, at = row * wide + column; i < 4; i++, at += wide) {
        for (let j = 0; j < 4; j++) sum += along[i] * across[j] * plane[at + j];
      }
      out[k] = sum;
    }
    return out;
  };
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * The flow {count, forward, back, logBase} from what Python read: forward(k, x, y) -> [x, y, log-det] after step k + 1,
 * back(k, x, y) -> [x, y] before it, by the step's own inverse; logBase(x, y) -> log p(z).
 */
export function flowOf({ side, names, forward, inverse, base }) {
  const steps = forward.map((each) => tableOf(each, side));
  const returns = inverse.map((each) => tableOf(each, side));
  const baseTable = base && tableOf(base, side);
  return {
    count: names.length,
    forward: (k, x, y) => {
      const [dx, dy, logDet] = steps[k](x, y);
      return [x + dx, y + dy, logDet];
    },
    back: (k, x, y) => {
      const [dx, dy] = returns[k](x, y);
      return [x + dx, y + dy];
    },
    logBase: (x, y) => (baseTable ? baseTable(x, y)[0] : -LOG_TWO_PI - (x * x + y * y) / 2),
  };
}
