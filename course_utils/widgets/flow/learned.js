// The student's velocity, which Python read off at the points of a grid.
import { decodeFloats } from "../shared/base64.js";
import { clamp } from "../shared/numbers.js";

/** Where a value lies between two of `count` even ticks: the lower one, and the share of the way to the next. */
function tickBelow(share, count) {
  const at = clamp(share, 0, 1) * (count - 1);
  const below = Math.min(Math.floor(at), count - 2);
  return [below, at - below];
}

/**
 * (points, t) -> [n * dim] from {dim, half, side, times, dtype, data}: values [times, side, (side,) dim] over t in
 * [0, 1] and [-half, half] along each axis, the first axis last; between them linear, beyond the edge as on it.
 */
export function gridVelocity({ dim, half, side, times, dtype, data }) {
  const values = decodeFloats(data, dtype);
  const corners = (x, t) => {
    let found = [[0, 1]]; // index into the grid, weight
    const along = (axis) => [(x[axis] + half) / (2 * half), side];
    const axes = dim === 1 ? [[t, times], along(0)] : [[t, times], along(1), along(0)];
    for (const [share, count] of axes) {
      const [below, part] = tickBelow(share, count);
      found = found.flatMap(([index, weight]) => [
        [index * count + below, weight * (1 - part)],
        [index * count + below + 1, weight * part],
      ]);
    }
    return found;
  };
  return (points, t) => {
    const out = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += dim) {
      for (const [index, weight] of corners(points.subarray(i, i + dim), t)) {
        for (let axis = 0; axis < dim; axis++) out[i + axis] += weight * values[index * dim + axis];
      }
    }
    return out;
  };
}
