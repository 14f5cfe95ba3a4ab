import { smaller } from "../shared/canvas.js";

/** Where everything goes for a canvas of this width: the curve over its strip, two panels, the picture at the cursor. */
export function layout(width, size, { shape }, room = Infinity) {
  const small = smaller(size);
  const tall = shape[1] / shape[2];
  const wide = width >= 720;
  const column = wide ? Math.round(width * 0.64) : width;
  const curve = { left: small * 2.6, top: size * 1.8 };
  const strip = stripUnder(curve, column - 4, width >= 440 ? 9 : 5, tall);
  curve.right = curve.left + strip.step * (strip.count - 1);
  curve.bottom = curve.top + Math.min(Math.max(160, width * 0.215), room - curve.top - small * 2 - strip.side * tall - 6);
  strip.top = curve.bottom + small * 2;
  const end = strip.top + strip.side * tall + 4;
  const left = wide ? column + size * 0.8 : 4;
  const top = wide ? curve.top : end + size * 2.2;
  const height = wide ? end - top : Math.max(320, size * 24);
  const beside = besides({ left, right: width - 6, top, height, size, small, tall });
  return { size, small, curve, strip, ...beside, height: wide ? end : top + height };
}

/** So many images in a row, the first and the last centred under the curve's two ends. */
function stripUnder({ left }, right, count, tall) {
  const steps = count - 1;
  const most = ((right - left) / steps - 4) / (1 + 0.5 / steps);
  const side = Math.min(most / Math.max(1, tall), 2 * left - 4);
  const step = (right - side / 2 - left) / steps;
  return { count, side, step, tall, left: left - side / 2 };
}

/** The panels of the rates and of beta, and below them the picture with room for words beside it. */
function besides({ left, right, top, height, size, small, tall }) {
  const inner = left + small * 2.9;
  const rates = { left: inner, right, top, bottom: top + height * 0.25 };
  const betaTop = rates.bottom + size * 2.1;
  const beta = { left: inner, right, top: betaTop, bottom: betaTop + height * 0.19 };
  const pictureTop = beta.bottom + small * 2.1;
  const pictureHeight = Math.min(top + height - pictureTop - 4, (0.4 * (right - left)) * tall);
  const picture = { left: left + 2, top: pictureTop, width: pictureHeight / tall, height: pictureHeight };
  const words = { left: picture.left + picture.width + size * 0.7, top: pictureTop + small * 0.9 };
  return { rates, beta, picture, words };
}

/** The maps between pixels and steps 1 to T, left to right, and values, bottom to top. */
export function scales(box, steps, [low, high]) {
  const [perStep, perUnit] = [(box.right - box.left) / (steps - 1), (box.bottom - box.top) / (high - low)];
  return {
    toX: (step) => box.left + (step - 1) * perStep,
    toY: (value) => box.bottom - (value - low) * perUnit,
    toStep: (x) => 1 + (x - box.left) / perStep,
    toValue: (y) => low + (box.bottom - y) / perUnit,
  };
}

/** The step of the i-th image of the strip, from 1 to T in even parts of T. */
export function stepOfImage({ count }, i, steps) {
  return Math.max(1, Math.round((i / (count - 1)) * steps));
}
