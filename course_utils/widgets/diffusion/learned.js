// The student's PlaneNet on many points at once, as torch computes it, in single precision.
import { decodeFloats } from "../shared/base64.js";
import { ACTIVATIONS } from "../shared/network.js";

const PERIOD = 10000;

/** course_utils.diffusion.time_embedding: sines, then cosines; rounded where torch rounds, for t is up to 1,000. */
export function timeEmbedding(t, dim) {
  const half = dim / 2;
  const round = Math.fround;
  const angles = Array.from({ length: half }, (_, i) => {
    const frequency = round(Math.exp(round(round(round(-Math.log(PERIOD)) * i) / half)));
    return round(t * frequency);
  });
  return [...angles.map(Math.sin), ...angles.map(Math.cos)].map(round);
}

/** The noise that the network predicts: (points, t) -> [2n], with t = 1..T as the mathematics counts. */
export function learnedEpsilon({ embedding, network: { dtype, layers } }) {
  const steps = layers.map((layer) => {
    if (layer.kind !== "Linear") return { activation: ACTIVATIONS[layer.kind](layer) };
    return { ...layer, weight: decodeFloats(layer.weight, dtype), bias: decodeFloats(layer.bias, dtype) };
  });
  return (points, t) => {
    const n = points.length / 2;
    let x = seen(points, timeEmbedding(t - 1, embedding));
    for (const step of steps) {
      if (step.activation) x.forEach((value, i) => (x[i] = step.activation(value)));
      else x = dense(step, x);
    }
    return Float64Array.from(x.subarray(0, 2 * n));
  };
}

/** Each point with the time beside it, with points of zeros up to a multiple of four. */
function seen(points, time) {
  const width = 2 + time.length;
  const padded = 4 * Math.ceil(points.length / 8);
  const x = new Float32Array(padded * width);
  for (let i = 0; i < points.length / 2; i++) {
    x.set([points[2 * i], points[2 * i + 1]], i * width);
    x.set(time, i * width + 2);
  }
  return x;
}

/** y = W x + b for four points at a time: four sums that need not wait for one another take a third of the time. */
function dense({ rows, columns, weight, bias }, x) {
  const n = x.length / columns;
  const y = new Float32Array(n * rows);
  for (let i = 0; i < n; i += 4) {
    const [a, b, c, d] = [i * columns, (i + 1) * columns, (i + 2) * columns, (i + 3) * columns];
    for (let row = 0, at = 0; row < rows; row++) {
      let [p, q, r, s] = [bias[row], bias[row], bias[row], bias[row]];
      for (let column = 0; column < columns; column++) {
        const w = weight[at++];
        p += w * x[a + column];
        q += w * x[b + column];
        r += w * x[c + column];
        s += w * x[d + column];
      }
      const to = i * rows + row;
      y[to] = p;
      y[to + rows] = q;
      y[to + 2 * rows] = r;
      y[to + 3 * rows] = s;
    }
  }
  return y;
}
