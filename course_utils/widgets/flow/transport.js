// Which noise goes with which data, and how far samples are from the data.
import { mixtureCdf } from "../shared/gaussians.js";

const DIRECTIONS = 16; // of the sliced distance in the plane
const CDF_POINTS = 2000; // points of a distribution function
const FAR_OUT = 8; // standard deviations; what lies beyond weighs less than 1e-14

/**
 * The data [n * dim] in the order that brings the sum of |data_i - noise_i|^2 down as far as it goes: on a line both
 * are sorted, in the plane the assignment is found by the Hungarian method (shortest augmenting paths).
 */
export function transported(noise, data, dim) {
  const count = noise.length / dim;
  const order = dim === 1 ? bySorting(noise, data) : assignment(count, (i, j) => squared(noise, i, data, j, dim));
  const out = new Float64Array(data.length);
  order.forEach((from, to) => {
    for (let axis = 0; axis < dim; axis++) out[to * dim + axis] = data[from * dim + axis];
  });
  return out;
}

const ranked = (values) => Array.from(values.keys()).sort((i, j) => values[i] - values[j]);

function bySorting(noise, data) {
  const [places, sources] = [ranked(noise), ranked(data)];
  const order = [];
  places.forEach((place, rank) => (order[place] = sources[rank]));
  return order;
}

function squared(noise, i, data, j, dim) {
  let sum = 0;
  for (let axis = 0; axis < dim; axis++) sum += (noise[i * dim + axis] - data[j * dim + axis]) ** 2;
  return sum;
}

/** For each row the column it is given where the sum of cost(row, column) is smallest; n rows and columns. */
export function assignment(n, cost) {
  const [rowPrices, columnPrices] = [new Float64Array(n + 1), new Float64Array(n + 1)];
  const rowOf = new Int32Array(n + 1); // 1-based, 0: still free
  for (let row = 1; row <= n; row++) {
    const prices = { rowPrices, columnPrices, rowOf, cost: (i, j) => cost(i - 1, j - 1) };
    augment(prices, row, n);
  }
  const columns = new Int32Array(n);
  for (let column = 1; column <= n; column++) columns[rowOf[column] - 1] = column - 1;
  return [...columns];
}

/** Give one more row a column, along the path of columns changing rows that costs least. */
function augment({ rowPrices, columnPrices, rowOf, cost }, row, n) {
  const [least, before, used] = [new Float64Array(n + 1).fill(Infinity), new Int32Array(n + 1), new Uint8Array(n + 1)];
  rowOf[0] = row;
  let at = 0;
  while (rowOf[at]) {
    used[at] = 1;
    let [gap, next] = [Infinity, 0];
    for (let j = 1; j <= n; j++) {
      if (used[j]) continue;
      const spare = cost(rowOf[at], j) - rowPrices[rowOf[at]] - columnPrices[j];
      if (spare < least[j]) [least[j], before[j]] = [spare, at];
      if (least[j] < gap) [gap, next] = [least[j], j];
    }
    for (let j = 0; j <= n; j++) {
      if (used[j]) [rowPrices[rowOf[j]], columnPrices[j]] = [rowPrices[rowOf[j]] + gap, columnPrices[j] - gap];
      else least[j] -= gap;
    }
    at = next;
  }
  for (; at; at = before[at]) rowOf[at] = rowOf[before[at]];
}

/** Where a mixture on a line {means, stds, weights} has the given shares of its weight below; shares rise. */
export function quantiles(mixture, shares) {
  const low = Math.min(...mixture.means.map((mean, k) => mean - FAR_OUT * mixture.stds[k]));
  const high = Math.max(...mixture.means.map((mean, k) => mean + FAR_OUT * mixture.stds[k]));
  const at = (i) => low + ((high - low) * i) / CDF_POINTS;
  const below = Float64Array.from({ length: CDF_POINTS + 1 }, (_, i) => mixtureCdf(at(i), mixture));
  let i = 0;
  return Float64Array.from(shares, (share) => {
    while (i < CDF_POINTS - 1 && below[i + 1] < share) i++;
    const part = (share - below[i]) / Math.max(below[i + 1] - below[i], 1e-300);
    return at(i + Math.min(1, Math.max(0, part)));
  });
}

/**
 * The distance W1 of n points from the mixture: on a line the mean of |sorted - quantiles|, in the plane its mean over
 * 16 directions (sliced). Returns a function of the points, since the quantiles are found once.
 */
export function w1To({ means, stds, weights }, n) {
  const shares = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  const dim = means[0].length;
  const angles = dim === 1 ? [0] : Array.from({ length: DIRECTIONS }, (_, k) => (Math.PI * k) / DIRECTIONS);
  const slices = angles.map((angle) => {
    const direction = [Math.cos(angle), Math.sin(angle)].slice(0, dim);
    const along = (values, from) => direction.reduce((sum, part, axis) => sum + part * values[from + axis], 0);
    return { along, truth: quantiles({ means: means.map((mean) => along(mean, 0)), stds, weights }, shares) };
  });
  return (points) => {
    const each = slices.map(({ along, truth }) => {
      const found = Float64Array.from({ length: n }, (_, i) => along(points, i * dim)).sort();
      return found.reduce((sum, value, i) => sum + Math.abs(value - truth[i]), 0) / n;
    });
    return each.reduce((sum, one) => sum + one, 0) / each.length;
  };
}
