// Every measure of one cloud against another, as measures.py has them. Points are flat, [x0, y0, x1, y1, ...].

const NEAR = 3; // k of precision and recall
const COVERED = 5; // k of density and coverage

/** A function: samples -> the measures against data, by name. A mixture is {means, stds, weights}. */
export function against(mixture, data) {
  const within = squares(data, data);
  const [nearData, covered, dataKernel] = [radii(within, NEAR), radii(within, COVERED), meanKernel(data)];
  return (samples) => {
    const [among, across] = [squares(samples, samples), squares(data, samples)];
    const nearSamples = radii(among, NEAR);
    const { density, coverage } = densityCoverage(across, covered);
    return {
      frechet: frechetDistance(data, samples),
      kernel: dataKernel + meanKernel(samples) - 2 * crossKernel(data, samples),
      precision: shareAmong(across, nearData),
      recall: shareAmong(transposed(across), nearSamples),
      density,
      coverage,
      nn_data: nearestOwn(within, across),
      nn_samples: nearestOwn(among, transposed(across)),
      inception: inceptionScore(mixture, samples),
    };
  };
}

/** Squared distances, {rows, columns, values}: of each of a's points to each of b's. */
function squares(a, b) {
  const [rows, columns] = [a.length / 2, b.length / 2];
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const dx = a[2 * i] - b[2 * j];
      const dy = a[2 * i + 1] - b[2 * j + 1];
      values[i * columns + j] = dx * dx + dy * dy;
    }
  }
  return { rows, columns, values };
}

function transposed({ rows, columns, values }) {
  const turned = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j];
  }
  return { rows: columns, columns: rows, values: turned };
}

/** The square of each point's distance to its k-th neighbour in its cloud; the nearest of all is itself. */
function radii({ rows, columns, values }, k) {
  const least = new Float64Array(k + 1);
  return Float64Array.from({ length: rows }, (_, i) => {
    least.fill(Infinity);
    for (let j = 0; j < columns; j++) {
      const value = values[i * columns + j];
      if (value >= least[k]) continue;
      let at = k;
      for (; at > 0 && least[at - 1] > value; at--) least[at] = least[at - 1];
      least[at] = value;
    }
    return least[k];
  });
}

/** The share of the columns' points within the ball of any of the rows'. */
function shareAmong({ rows, columns, values }, ballSquares) {
  let inside = 0;
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) {
      if (values[i * columns + j] > ballSquares[i]) continue;
      inside += 1;
      break;
    }
  }
  return inside / columns;
}

/** density: the mean number of data balls round a sample, over k; coverage: the share of balls with a sample. */
function densityCoverage({ rows, columns, values }, ballSquares) {
  let [all, balls] = [0, 0];
  for (let i = 0; i < rows; i++) {
    let count = 0;
    for (let j = 0; j < columns; j++) count += values[i * columns + j] <= ballSquares[i];
    all += count;
    balls += count > 0;
  }
  return { density: all / (COVERED * columns), coverage: balls / rows };
}

/** The share of a cloud whose nearest other point, of both clouds, is its own; ties count by their share. */
function nearestOwn(own, other) {
  let total = 0;
  for (let i = 0; i < own.rows; i++) {
    const ours = leastOf(own, i, i);
    const theirs = leastOf(other, i, -1);
    if (ours.value < theirs.value) total += 1;
    if (ours.value === theirs.value) total += ours.count / (ours.count + theirs.count);
  }
  return total / own.rows;
}

/** The least value of a row, leaving out a column, and how often it is there. */
function leastOf({ columns, values }, row, skip) {
  let [value, count] = [Infinity, 0];
  for (let j = 0; j < columns; j++) {
    const one = values[row * columns + j];
    if (j === skip || one > value) continue;
    count = one < value ? 1 : count + 1;
    value = one;
  }
  return { value, count };
}

/**
 * |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)) with unbiased covariances. In the plane the last trace is
 * sqrt(tr(S_a S_b) + 2 sqrt(det S_a det S_b)): the square of the sum of two roots.
 */
function frechetDistance(a, b) {
  const [p, q] = [momentsOf(a), momentsOf(b)];
  const [dx, dy] = [p.x - q.x, p.y - q.y];
  const product = p.xx * q.xx + 2 * p.xy * q.xy + p.yy * q.yy;
  const determinant = ({ xx, xy, yy }) => Math.max(0, xx * yy - xy * xy);
  const cross = Math.sqrt(Math.max(0, product + 2 * Math.sqrt(determinant(p) * determinant(q))));
  return dx * dx + dy * dy + p.xx + p.yy + q.xx + q.yy - 2 * cross;
}

function momentsOf(points) {
  const n = points.length / 2;
  let [x, y, xx, xy, yy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    x += points[2 * i] / n;
    y += points[2 * i + 1] / n;
  }
  for (let i = 0; i < n; i++) {
    const dx = points[2 * i] - x;
    const dy = points[2 * i + 1] - y;
    xx += (dx * dx) / (n - 1);
    xy += (dx * dy) / (n - 1);
    yy += (dy * dy) / (n - 1);
  }
  return { x, y, xx, xy, yy };
}

function kernel(a, i, b, j) {
  const base = (a[2 * i] * b[2 * j] + a[2 * i + 1] * b[2 * j + 1]) / 2 + 1;
  return base * base * base;
}

/** The mean of the kernel over all pairs of two points of one cloud. */
function meanKernel(points) {
  const n = points.length / 2;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) sum += kernel(points, i, points, j);
  }
  return (2 * sum) / (n * (n - 1));
}

function crossKernel(a, b) {
  const [n, m] = [a.length / 2, b.length / 2];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) sum += kernel(a, i, b, j);
  }
  return sum / (n * m);
}

/** p(k | x) for every point, flat [n * K]. */
export function responsibilities({ means, stds, weights }, points) {
  const [n, count] = [points.length / 2, means.length];
  const shares = new Float64Array(n * count);
  const offsets = weights.map((weight, k) => Math.log(weight) - 2 * Math.log(stds[k]));
  for (let i = 0; i < n; i++) {
    const row = shares.subarray(i * count, (i + 1) * count);
    let most = -Infinity;
    for (let k = 0; k < count; k++) {
      const dx = points[2 * i] - means[k][0];
      const dy = points[2 * i + 1] - means[k][1];
      row[k] = offsets[k] - (0.5 * (dx * dx + dy * dy)) / (stds[k] * stds[k]);
      if (row[k] > most) most = row[k];
    }
    let sum = 0;
    for (let k = 0; k < count; k++) sum += row[k] = Math.exp(row[k] - most);
    for (let k = 0; k < count; k++) row[k] /= sum;
  }
  return shares;
}

/** exp of the mean over the points of KL(p(k | x) || the mean of p(k | x)). */
function inceptionScore(mixture, points) {
  const shares = responsibilities(mixture, points);
  const count = mixture.means.length;
  const n = shares.length / count;
  const mean = new Float64Array(count);
  shares.forEach((share, at) => (mean[at % count] += share / n));
  let sum = 0;
  shares.forEach((share, at) => {
    if (share > 0) sum += share * Math.log(share / mean[at % count]);
  });
  return Math.exp(sum / n);
}
