// How good the generator is: Jensen-Shannon between cells of the plane, and how many parts of the data it reaches.

export const HALF = 3; // the square that is cut into cells, and that the map shows
export const SIDE = 24;
const REACH = 3; // standard deviations around a part that count as on it
const SHARE = 0.02; // of all points, where the data put an eighth: as course_utils.metrics.modes_covered

/** The share of points [n * 2] in each cell, as `cellProbabilities` orders them. */
export function histogram(points, half, side) {
  const cells = new Float64Array(side * side + 1);
  const n = points.length / 2;
  for (let i = 0; i < n; i++) {
    const column = Math.floor(((points[2 * i] + half) / (2 * half)) * side);
    const row = Math.floor(((points[2 * i + 1] + half) / (2 * half)) * side);
    const inside = column >= 0 && column < side && row >= 0 && row < side;
    cells[inside ? row * side + column : side * side] += 1 / n;
  }
  return cells;
}

/** JS(p, q) in nats of two lists of probabilities: 0 if equal, log 2 if disjoint. */
export function jensenShannon(p, q) {
  const part = (a, m) => (a > 0 ? a * Math.log(a / m) : 0);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const middle = 0.5 * (p[i] + q[i]);
    sum += 0.5 * (part(p[i], middle) + part(q[i], middle));
  }
  return Math.max(0, sum);
}

/**
 * How many of the data's eight parts are covered: on a part (within 3 standard deviations of one of its centres,
 * and no nearer to another part) lie at least 2 % of the points.
 */
export function modesCovered(points, centres, std) {
  const each = centres.length / 8;
  const counts = new Array(8).fill(0);
  const n = points.length / 2;
  for (let i = 0; i < n; i++) {
    let [nearest, best] = [-1, (REACH * std) ** 2];
    for (let k = 0; k < centres.length; k++) {
      const [dx, dy] = [points[2 * i] - centres[k][0], points[2 * i + 1] - centres[k][1]];
      if (dx * dx + dy * dy < best) [nearest, best] = [k, dx * dx + dy * dy];
    }
    if (nearest >= 0) counts[Math.floor(nearest / each)] += 1;
  }
  return counts.filter((count) => count >= SHARE * n).length;
}
