// A style-based generator in plain arrays; what it mirrors is course_utils/gan/style.py.
import { decodeFloats } from "../shared/base64.js";

const EPS = 1e-5;
const SLOPE = 0.2;

/** The network that Python packed, its numbers unpacked; maps are planes, [C * H * W]. */
export function unpacked({ constant, layers, colour }) {
  return {
    constant: decodeFloats(constant),
    layers: layers.map((layer) => ({
      ...layer,
      weight: decodeFloats(layer.weight, "float16"),
      bias: decodeFloats(layer.bias),
      strength: decodeFloats(layer.strength),
    })),
    colour: { channels: colour.channels, weight: decodeFloats(colour.weight), bias: decodeFloats(colour.bias) },
  };
}

/** Every pixel twice in both directions: [maps * side * side] -> [maps * 2 side * 2 side]. */
export function enlarged(x, maps, side) {
  const wide = 2 * side;
  const out = new Float32Array(maps * wide * wide);
  for (let at = 0, row = 0; row < maps * wide; row++) {
    const from = (Math.floor(row / wide) * side + ((row % wide) >> 1)) * side;
    for (let column = 0; column < wide; column++) out[at++] = x[from + (column >> 1)];
  }
  return out;
}

/** The maps with a border of zeros, one pixel wide. */
function bordered(x, maps, side) {
  const wide = side + 2;
  const out = new Float32Array(maps * wide * wide);
  for (let map = 0; map < maps; map++) {
    for (let row = 0; row < side; row++) {
      const from = (map * side + row) * side;
      out.set(x.subarray(from, from + side), (map * wide + row + 1) * wide + 1);
    }
  }
  return out;
}

/** A 3 x 3 convolution with a border of zeros: x [c_in * side * side] -> [c_out * side * side]. */
export function convolved(x, { widths: [cIn, cOut], weight, bias }, side) {
  const padded = bordered(x, cIn, side);
  const wide = side + 2;
  const plane = side * side;
  const out = new Float32Array(cOut * plane);
  for (let o = 0; o < cOut; o++) {
    const to = out.subarray(o * plane, (o + 1) * plane).fill(bias[o]);
    for (let i = 0; i < cIn; i++) {
      const w = weight.subarray((o * cIn + i) * 9, (o * cIn + i) * 9 + 9);
      addTaps(to, padded, i * wide * wide, w, side);
    }
  }
  return out;
}

/** Add one map's share of a convolution: nine weights over its bordered plane, which starts at `start`. */
function addTaps(to, padded, start, w, side) {
  const wide = side + 2;
  const [a, b, c, d, e, f, g, h, k] = w;
  for (let row = 0, at = 0; row < side; row++) {
    let up = start + row * wide;
    for (let column = 0; column < side; column++, at++, up++) {
      const mid = up + wide;
      const low = mid + wide;
      to[at] +=
        a * padded[up] + b * padded[up + 1] + c * padded[up + 2] +
        d * padded[mid] + e * padded[mid + 1] + f * padded[mid + 2] +
        g * padded[low] + h * padded[low + 1] + k * padded[low + 2];
    }
  }
}

/** In place: noise, LeakyReLU, then each map brought to the style's deviation and mean (AdaIN). */
function styled(x, { strength }, noise, told, plane) {
  const maps = x.length / plane;
  for (let map = 0; map < maps; map++) {
    const y = x.subarray(map * plane, (map + 1) * plane);
    let sum = 0;
    for (let i = 0; i < plane; i++) {
      const value = noise ? y[i] + strength[map] * noise[i] : y[i];
      y[i] = value > 0 ? value : SLOPE * value;
      sum += y[i];
    }
    const mean = sum / plane;
    let squares = 0;
    for (let i = 0; i < plane; i++) squares += (y[i] - mean) ** 2;
    const scale = told[map] / Math.sqrt(squares / plane + EPS);
    for (let i = 0; i < plane; i++) y[i] = scale * (y[i] - mean) + told[maps + map];
  }
  return x;
}

/** Pixels in (0, 1), [channels * side * side], of what the layers are told: a list of [2 * maps], one a layer. */
export function synthesised({ constant, layers, colour }, told, noises = null) {
  let side = Math.sqrt(constant.length / layers[0].widths[0]);
  let x = constant;
  layers.forEach((layer, k) => {
    if (layer.enlarge) x = enlarged(x, layer.widths[0], side);
    if (layer.enlarge) side *= 2;
    x = styled(convolved(x, layer, side), layer, noises?.[k], told[k], side * side);
  });
  return coloured(x, colour, side * side);
}

/** A 1 x 1 convolution to colours and a sigmoid. */
function coloured(x, { channels, weight, bias }, plane) {
  const maps = x.length / plane;
  const out = new Float32Array(channels * plane);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) {
      let sum = bias[c];
      for (let map = 0; map < maps; map++) sum += weight[c * maps + map] * x[map * plane + i];
      out[c * plane + i] = 1 / (1 + Math.exp(-sum));
    }
  }
  return out;
}

/** What each layer hears, cut out of one array of all layers' scales and shifts. */
export function perLayer(told, layers) {
  let at = 0;
  return layers.map(({ widths }) => told.subarray(at, (at += 2 * widths[1])));
}

/** average + psi (told - average): the styles' scales and shifts are affine in w, so this is truncation in w. */
export function truncated(told, average, psi) {
  return told.map((value, i) => average[i] + psi * (value - average[i]));
}

/** The first one's entries up to `start`, the second one's from it on. */
export function mixed(first, second, start) {
  return first.map((one, k) => (k < start ? one : second[k]));
}

/** Root of the mean squared difference of two pictures. */
export function apart(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / a.length);
}
