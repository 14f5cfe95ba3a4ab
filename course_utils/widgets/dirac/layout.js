import { smaller } from "../shared/canvas.js";

const TALLEST = 366; // the whole picture

/** Where everything goes: the plane of theta and psi, two planes of complex numbers, and the curve of theta. */
export function layout(width, size, _, room = Infinity) {
  const small = smaller(size);
  const head = Math.round(small * 1.5); // the line above a panel
  const place = { width, size, small, head, foot: small * 1.6, tallest: Math.min(TALLEST, room) };
  return { ...place, ...(width >= 600 ? wide : narrow)(place) };
}

/** The plane at the left; the rest in a column beside it. */
function wide({ width, size, small, head, foot, tallest }) {
  const side = Math.round(Math.min(width * 0.5, tallest - head - foot));
  const plane = { left: small * 2, top: head, side };
  const bottom = plane.top + side;
  const left = plane.left + side + size * 2;
  const gap = size;
  const each = Math.round(Math.min((width - left - gap - 2) / 2, side * 0.45));
  const planes = [0, 1].map((i) => ({ left: left + i * (each + gap), top: 2 * head, side: each }));
  const top = planes[0].top + each + foot + head + small * 0.3;
  const curve = { left: left + small * 2, right: width - 4, top, bottom };
  return { plane, planes, verdict: { left, y: head * 0.7 }, curve, height: bottom + foot };
}

/** One below the other. */
function narrow({ width, size, small, head, foot }) {
  const side = Math.round(width - small * 2 - 2);
  const plane = { left: small * 2, top: 2 * head, side };
  const gap = size;
  const each = Math.round((width - gap - 4) / 2);
  const planes = [0, 1].map((i) => ({ left: 2 + i * (each + gap), top: plane.top + side + foot + head, side: each }));
  const top = planes[0].top + each + foot + head + small * 0.3;
  const curve = { left: small * 2, right: width - 4, top, bottom: top + size * 9 };
  return { plane, planes, verdict: { left: 2, y: head * 0.7 }, curve, height: curve.bottom + foot };
}
