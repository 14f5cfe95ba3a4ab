// The velocity that is fitted to many pairs of points in the plane: that of math.js, with only what is near looked at.

const FAR = 10; // a pair so many nats less likely than the nearest one has less than 1/20,000 of its weight
const WINDOW = 12; // what is looked at first: enough where the nearest pair is within 2 nats

/**
 * (points, t) -> [n * 2]: E[data - noise | x_t = x] for equally likely pairs with a Gaussian of the given width around
 * both ends of each. All then have one variance at a time, so that a pair's weight depends on its distance alone: with
 * the pairs in order along the first axis, only those in a window around x are looked at.
 */
export function fittedVelocity(starts, ends, width) {
  const count = starts.length / 2;
  const order = Int32Array.from({ length: count }, (_, k) => k);
  const room = () => new Float64Array(count);
  const law = { xs: room(), ys: room(), us: room(), vs: room(), energies: room(), half: NaN, gain: NaN };
  return (points, t) => {
    place(law, order, { starts, ends, width }, t);
    const out = new Float64Array(points.length);
    for (let i = 0; i < points.length; i += 2) averageNear(out, i, law, points[i], points[i + 1]);
    return out;
  };
}

/** The pairs at time t, ordered by the first axis. */
function place(law, order, { starts, ends, width }, t) {
  const { xs, ys, us, vs, energies: unordered } = law;
  for (let k = 0; k < unordered.length; k++) unordered[k] = (1 - t) * starts[2 * k] + t * ends[2 * k];
  sortBy(order, unordered);
  for (let i = 0; i < xs.length; i++) {
    const k = order[i];
    xs[i] = unordered[k];
    ys[i] = (1 - t) * starts[2 * k + 1] + t * ends[2 * k + 1];
    us[i] = ends[2 * k] - starts[2 * k];
    vs[i] = ends[2 * k + 1] - starts[2 * k + 1];
  }
  const spread = (1 - t) ** 2 + t * t; // of the variance, in units of width^2
  law.half = 0.5 / (width * width * spread);
  law.gain = (2 * t - 1) / spread;
}

/** By insertion: from one time to the next few places change. */
function sortBy(order, values) {
  for (let i = 1; i < order.length; i++) {
    const moving = order[i];
    const value = values[moving];
    let j = i;
    while (j > 0 && values[order[j - 1]] > value) {
      order[j] = order[j - 1];
      j--;
    }
    order[j] = moving;
  }
}

/** The first of the rising xs that is not below x. */
function firstFrom(xs, x) {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Plain loops over plain numbers: this is called tens of thousands of times for one picture. */
function averageNear(out, i, law, x, y) {
  const { xs, ys, us, vs, energies, half, gain } = law;
  let reach = Math.sqrt(WINDOW / half);
  let from = 0;
  let to = 0;
  let least = Infinity;
  for (;;) {
    from = firstFrom(xs, x - reach);
    to = firstFrom(xs, x + reach);
    least = leastEnergy(law, from, to, x, y);
    if (least + FAR <= half * reach * reach || to - from === xs.length) break;
    reach *= 2;
  }
  let sum = 0;
  let u = 0;
  let v = 0;
  for (let k = from; k < to; k++) {
    if (energies[k] > least + FAR) continue;
    const share = Math.exp(least - energies[k]);
    sum += share;
    u += share * (us[k] + gain * (x - xs[k]));
    v += share * (vs[k] + gain * (y - ys[k]));
  }
  out[i] = u / sum;
  out[i + 1] = v / sum;
}

function leastEnergy({ xs, ys, energies, half }, from, to, x, y) {
  let least = Infinity;
  for (let k = from; k < to; k++) {
    const dx = x - xs[k];
    const dy = y - ys[k];
    const energy = half * (dx * dx + dy * dy);
    energies[k] = energy;
    if (energy < least) least = energy;
  }
  return least;
}
