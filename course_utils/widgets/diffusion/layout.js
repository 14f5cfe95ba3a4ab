import { smaller } from "../shared/canvas.js";

/** Where everything goes: the samples, the fields (three with a network, else one), and the shares of the modes. */
export function layout(width, size, hasNetwork, room = Infinity) {
  const small = smaller(size);
  const place = { size, small, ...(width >= 600 ? wide : narrow)({ width, size, small, room }, hasNetwork) };
  const [exact, learned, error] = place.fields;
  return { ...place, exact, learned, error };
}

/** The samples at the left, the fields beside them, the shares below or beside the fields. */
function wide({ width, size, small, room }, hasNetwork) {
  const top = Math.round(size * 1.6);
  const side = Math.round(Math.min(width * 0.37, 304, room - top - small * 1.9));
  const samples = { left: 2, top, side };
  const left = Math.round(side + size * 1.6);
  const right = width - 2;
  const height = top + side + small * 1.9;
  if (!hasNetwork) {
    const one = Math.min(side, Math.round((right - left) * 0.62));
    const masses = { left: left + one + size * 1.6, right, top, bottom: top + side };
    return { samples, fields: [{ left, top, side: one }], masses, height };
  }
  const each = Math.round(Math.min((right - left - 2 * size) / 3, side * 0.58));
  const fields = [0, 1, 2].map((i) => ({ left: Math.round(left + (i * (right - left - each)) / 2), top, side: each }));
  const masses = { left, right, top: top + each + small * 3.6, bottom: top + side };
  return { samples, fields, masses, height };
}

/** One below the other; the fields two in a row. */
function narrow({ width, size, small }, hasNetwork) {
  const top = Math.round(size * 1.6);
  const samples = { left: 2, top, side: width - 4 };
  const below = top + samples.side + small * 4.2; // room for the legend
  const each = Math.round(hasNetwork ? (width - 4 - size) / 2 : width - 4);
  const fields = (hasNetwork ? [0, 1, 2] : [0]).map((i) => ({
    left: Math.round(2 + (i % 2) * (each + size)),
    top: Math.round(below + Math.floor(i / 2) * (each + small * 4)),
    side: each,
  }));
  const last = fields.at(-1);
  const masses = { left: 2, right: width - 2, top: last.top + each + small * 4, bottom: 0 };
  masses.bottom = masses.top + size * 7;
  return { samples, fields, masses, height: masses.bottom + small * 1.9 };
}
