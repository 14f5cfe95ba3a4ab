// A decoder in plain arrays: the layers that torch exported, or images that Python computed on a grid.
import { decodeFloats } from "./base64.js";
import { clamp } from "./numbers.js";
import { normalCdf } from "./special.js";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const cube = (x) => x * x * x;

/** The activations, under torch.nn's names. */
export const ACTIVATIONS = {
  ReLU: () => (x) => (x > 0 ? x : 0),
  LeakyReLU: ({ slope }) => (x) => (x > 0 ? x : slope * x),
  Tanh: () => Math.tanh,
  Sigmoid: () => sigmoid,
  SiLU: () => (x) => x * sigmoid(x),
  GELU: ({ approximate }) =>
    approximate === "tanh"
      ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * cube(x))))
      : (x) => x * normalCdf(x),
};

/** y = W x + b; weight: [rows * columns], row by row, as torch stores it. */
function linear({ rows, columns, weight, bias }) {
  const y = new Float32Array(rows);
  return (x) => {
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = bias ? bias[row] : 0;
      for (let column = 0; column < columns; column++) sum += weight[at++] * x[column];
      y[row] = sum;
    }
    return y;
  };
}

function elementwise(f) {
  return (x) => {
    for (let i = 0; i < x.length; i++) x[i] = f(x[i]);
    return x;
  };
}

/** z [2] -> pixels, from {dtype, layers}; the array returned is used again by the next call. */
export function network({ dtype, layers }) {
  const steps = layers.map((layer) => {
    if (layer.kind !== "Linear") return elementwise(ACTIVATIONS[layer.kind](layer));
    const weight = decodeFloats(layer.weight, dtype);
    return linear({ ...layer, weight, bias: layer.bias && decodeFloats(layer.bias, dtype) });
  });
  return (z) => steps.reduce((x, step) => step(x), Float32Array.from(z));
}

/** z [2] -> pixels, the nearest image of {side, center, half, data}; images: [side * side * pixels] bytes. */
export function table({ side, center, half }, images) {
  const pixels = images.length / (side * side);
  const index = (value, axis) => {
    const share = (value - center[axis] + half) / (2 * half);
    return clamp(Math.round(share * (side - 1)), 0, side - 1);
  };
  const out = new Float32Array(pixels);
  return (z) => {
    const start = (index(z[1], 1) * side + index(z[0], 0)) * pixels;
    for (let i = 0; i < pixels; i++) out[i] = images[start + i] / 255;
    return out;
  };
}
