// Dense networks written out: forward, backward by hand, Adam. Everything is flat, row by row, as torch keeps it.

/** A net of dense layers; widths: [in, hidden..., out]; slope: of LeakyReLU between the layers, 0 for ReLU. */
export function makeNet(widths, slope, { uniform }) {
  const layers = widths.slice(1).map((rows, i) => {
    const columns = widths[i];
    const bound = 1 / Math.sqrt(columns); // torch's default for nn.Linear: weights and biases alike
    const draw = () => bound * (2 * uniform() - 1);
    const weight = Float64Array.from({ length: rows * columns }, draw);
    return makeLayer(rows, columns, weight, Float64Array.from({ length: rows }, draw));
  });
  return { layers, slope, time: 0 };
}

/** A layer with room for gradients and for Adam's two averages; weight: [rows * columns], bias: [rows]. */
export function makeLayer(rows, columns, weight, bias) {
  const like = (array) => new Float64Array(array.length);
  const slot = (value) => ({ value, grad: like(value), mean: like(value), square: like(value) });
  return { rows, columns, weight: slot(weight), bias: slot(bias) };
}

/** x [n * in] -> every layer's input and the last output; keep this for `backward`. */
export function forward({ layers, slope }, x, n) {
  const inputs = [x];
  layers.forEach((layer, i) => {
    const y = dense(layer, inputs[i], n);
    if (i < layers.length - 1) for (let k = 0; k < y.length; k++) if (y[k] < 0) y[k] *= slope;
    inputs.push(y);
  });
  return { inputs, n, out: inputs.at(-1) };
}

function dense({ rows, columns, weight, bias }, x, n) {
  const [w, b] = [weight.value, bias.value];
  const y = new Float64Array(n * rows);
  for (let i = 0, at = 0; i < n; i++) {
    const start = i * columns;
    for (let row = 0, k = 0; row < rows; row++) {
      let sum = b[row];
      for (let column = 0; column < columns; column++) sum += w[k++] * x[start + column];
      y[at++] = sum;
    }
  }
  return y;
}

/**
 * Send gradOut [n * out] back through a `forward`; returns the gradient of its x [n * in].
 * With learn the layers' gradients are added to, else (the generator's step through D) left alone.
 */
export function backward({ layers, slope }, { inputs, n }, gradOut, learn = true) {
  let grad = gradOut;
  for (let i = layers.length - 1; i >= 0; i--) {
    if (learn) collect(layers[i], inputs[i], grad, n);
    grad = through(layers[i], grad, n);
    // After LeakyReLU the sign is still that of its input; ReLU's zeros have slope 0 all the same.
    if (i > 0) for (let k = 0; k < grad.length; k++) if (inputs[i][k] <= 0) grad[k] *= slope;
  }
  return grad;
}

/** The gradient of the layer's input. */
function through({ rows, columns, weight }, grad, n) {
  const w = weight.value;
  const out = new Float64Array(n * columns);
  for (let i = 0; i < n; i++) {
    const start = i * columns;
    for (let row = 0, k = 0; row < rows; row++) {
      const g = grad[i * rows + row];
      if (g === 0) k += columns;
      else for (let column = 0; column < columns; column++) out[start + column] += g * w[k++];
    }
  }
  return out;
}

/** Add to the gradients of the layer's own weights. */
function collect({ rows, columns, weight, bias }, x, grad, n) {
  for (let i = 0; i < n; i++) {
    const start = i * columns;
    for (let row = 0, k = 0; row < rows; row++) {
      const g = grad[i * rows + row];
      bias.grad[row] += g;
      if (g === 0) k += columns;
      else for (let column = 0; column < columns; column++) weight.grad[k++] += g * x[start + column];
    }
  }
}

const BETA1 = 0.5; // as DCGAN and most GANs since: 0.9 remembers an opponent that has moved on
const BETA2 = 0.999;

/** One step of Adam (Kingma & Ba 2015, algorithm 1; eps as torch adds it); then the gradients are zero again. */
export function adam(net, rate) {
  net.time += 1;
  const [first, second] = [1 - BETA1 ** net.time, 1 - BETA2 ** net.time];
  for (const { weight, bias } of net.layers) {
    for (const { value, grad, mean, square } of [weight, bias]) {
      for (let k = 0; k < value.length; k++) {
        mean[k] += (1 - BETA1) * (grad[k] - mean[k]);
        square[k] = BETA2 * square[k] + (1 - BETA2) * grad[k] * grad[k];
        value[k] -= ((rate / first) * mean[k]) / (Math.sqrt(square[k] / second) + 1e-8);
        grad[k] = 0;
      }
    }
  }
}

/** The weights alone, in single precision: what the timeline keeps. */
export function copyWeights({ layers }) {
  return layers.map(({ weight, bias }) => [Float32Array.from(weight.value), Float32Array.from(bias.value)]);
}

/** A net that can be looked through but not trained, from `copyWeights`. */
export function fromWeights(weights, slope) {
  const layers = weights.map(([weight, bias]) => {
    const columns = weight.length / bias.length;
    return { rows: bias.length, columns, weight: { value: weight }, bias: { value: bias } };
  });
  return { layers, slope };
}
