// Flows from noise (t = 0) to data (t = 1), with everything known. Points are flat, `dim` numbers each (1 or 2):
// [x0, x1, ...] or [x0, y0, x1, y1, ...]. Python's twins: flow_matching.exact_velocity, sample and straightness.

const NEGLIGIBLE = 40; // so far below the largest logarithm a share is lost in the rounding of the sum

/** Noise N(0, I) with data of the mixture {means, stds, weights}, drawn independently of one another. */
export function independent({ means, stds, weights }) {
  const dim = means[0].length;
  const ones = Float64Array.from(weights, () => 1);
  const starts = new Float64Array(weights.length * dim);
  return { dim, starts, ends: Float64Array.from(means.flat()), startStds: ones, endStds: stds, weights };
}

/** Equally likely pairs, with a Gaussian of the given width around both ends of each. */
export function around(starts, ends, dim, width) {
  const count = starts.length / dim;
  const widths = new Float64Array(count).fill(width);
  return { dim, starts, ends, startStds: widths, endStds: widths, weights: new Float64Array(count).fill(1 / count) };
}

/** What each component of a coupling is at time t: a Gaussian of x_t, and a velocity that is linear in x_t. */
function lawAt({ dim, starts, ends, startStds, endStds, weights }, t, law) {
  for (let k = 0; k < weights.length; k++) {
    const [noise, data] = [startStds[k] ** 2, endStds[k] ** 2];
    const variance = (1 - t) ** 2 * noise + t * t * data;
    law.halves[k] = 0.5 / variance;
    law.offsets[k] = Math.log(weights[k]) - 0.5 * dim * Math.log(variance);
    law.gains[k] = (t * data - (1 - t) * noise) / variance;
    for (let axis = 0; axis < dim; axis++) {
      const [from, to] = [starts[k * dim + axis], ends[k * dim + axis]];
      law.centres[axis][k] = (1 - t) * from + t * to;
      law.slopes[axis][k] = to - from;
    }
  }
}

/**
 * The velocity E[data - noise | x_t = x] of the lines x_t = (1 - t) noise + t data: (points, t) -> [n * dim]. Each
 * component answers slope + gain (x - centre), and the answers are averaged by the components' posteriors; nothing is
 * divided by 1 - t, so that t = 1 is a time like any other.
 */
export function velocityOf(coupling) {
  const { dim, weights } = coupling;
  const room = () => new Float64Array(weights.length);
  const law = { halves: room(), offsets: room(), gains: room(), logs: room() };
  Object.assign(law, { centres: [room(), room()], slopes: [room(), room()] }); // the second axis stays 0 on a line
  const pair = new Float64Array(2);
  return (points, t) => {
    lawAt(coupling, t, law);
    const out = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += dim) {
      averageInto(pair, law, points[i], dim > 1 ? points[i + 1] : 0);
      out[i] = pair[0];
      if (dim > 1) out[i + 1] = pair[1];
    }
    return out;
  };
}

/** Hundreds of components at thousands of points: plain loops over plain numbers, which take a tenth of the time. */
function averageInto(out, { halves, offsets, gains, logs, centres, slopes }, x, y) {
  const xs = centres[0];
  const ys = centres[1];
  const count = logs.length;
  let most = -Infinity;
  for (let k = 0; k < count; k++) {
    const dx = x - xs[k];
    const dy = y - ys[k];
    const log = offsets[k] - halves[k] * (dx * dx + dy * dy);
    logs[k] = log;
    if (log > most) most = log;
  }
  let sum = 0;
  let u = 0;
  let v = 0;
  for (let k = 0; k < count; k++) {
    if (logs[k] < most - NEGLIGIBLE) continue;
    const share = Math.exp(logs[k] - most);
    sum += share;
    u += share * (slopes[0][k] + gains[k] * (x - xs[k]));
    v += share * (slopes[1][k] + gains[k] * (y - ys[k]));
  }
  out[0] = u / sum;
  out[1] = v / sum;
}

const moved = (x, h, v) => x.map((value, i) => value + h * v[i]);

/** One step of length h from x at time t, by name; `calls` of the velocity each. */
export const METHODS = {
  euler: { calls: 1, step: (velocity, x, t, h) => moved(x, h, velocity(x, t)) },
  midpoint: {
    calls: 2,
    step: (velocity, x, t, h) => moved(x, h, velocity(moved(x, h / 2, velocity(x, t)), t + h / 2)),
  },
  rk4: {
    calls: 4,
    step: (velocity, x, t, h) => {
      const a = velocity(x, t);
      const b = velocity(moved(x, h / 2, a), t + h / 2);
      const c = velocity(moved(x, h / 2, b), t + h / 2);
      const d = velocity(moved(x, h, c), t + h);
      return x.map((value, i) => value + (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + d[i]));
    },
  },
};

/** The states of the points after 0, 1, ..., `steps` equal steps from t = 0 to t = 1. */
export function follow(velocity, start, steps, method) {
  const states = [start];
  for (let k = 0; k < steps; k++) states.push(METHODS[method].step(velocity, states[k], k / steps, 1 / steps));
  return states;
}

/** The states on straight lines at even speed. */
export function alongLines(starts, ends, steps) {
  return Array.from({ length: steps + 1 }, (_, k) => between(starts, ends, k / steps));
}

/** (1 - t) starts + t ends. */
export function between(starts, ends, t) {
  return starts.map((start, i) => (1 - t) * start + t * ends[i]);
}

/** The points at time t on a path of equal steps; within a step they run straight. */
export function stateAt(states, t) {
  const at = Math.min(t * (states.length - 1), states.length - 1);
  const k = Math.min(Math.floor(at), states.length - 2);
  return between(states[k], states[k + 1], at - k);
}

/** The mean over steps and points of |(x_1 - x_0) - v|^2, where v is what the step went by (Liu et al. 2023, eq. 3). */
export function straightness(states, dim) {
  const steps = states.length - 1;
  const [first, last] = [states[0], states[steps]];
  let sum = 0;
  for (let k = 0; k < steps; k++) {
    for (let i = 0; i < first.length; i++) {
      sum += (last[i] - first[i] - steps * (states[k + 1][i] - states[k][i])) ** 2;
    }
  }
  return sum / (steps * (first.length / dim));
}

/**
 * How many pairs of lines would both be shorter on the whole with their ends exchanged: (a_0 - b_0) . (a_1 - b_1) < 0.
 * On a line of numbers these are the pairs that cross.
 */
export function outOfOrder(starts, ends, dim) {
  const count = starts.length / dim;
  let found = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      let product = 0;
      for (let axis = 0; axis < dim; axis++) {
        const [a, b] = [i * dim + axis, j * dim + axis];
        product += (starts[a] - starts[b]) * (ends[a] - ends[b]);
      }
      if (product < 0) found++;
    }
  }
  return found;
}

/** The root of the mean square distance between points of the same index. */
export function distance(points, others, dim) {
  const square = points.reduce((sum, value, i) => sum + (value - others[i]) ** 2, 0);
  return Math.sqrt(square / (points.length / dim));
}
