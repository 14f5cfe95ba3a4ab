// Codes are flat: [x0, y0, x1, y1, ...]; half is half the side of a square map around 0.
import { clamp } from "../shared/numbers.js";

/** The indices of the codes that lie outside the map. */
export function outside(codes, half) {
  const far = (i) => Math.max(Math.abs(codes[2 * i]), Math.abs(codes[2 * i + 1])) > half;
  return Array.from({ length: codes.length / 2 }, (_, i) => i).filter(far);
}

/** The point of the map nearest to this one. */
export function clampTo(point, half) {
  return point.map((value) => clamp(value, -half, half));
}

/** Where the line from 0 to the point leaves the map. */
export function toBorder([x, y], half) {
  const share = half / Math.max(Math.abs(x), Math.abs(y));
  return [x * share, y * share];
}

/** The radii at `deviations` standard deviations of the i-th posterior; logvar is flat, as codes are. */
export function radii(logvar, i, deviations) {
  return [0, 1].map((axis) => deviations * Math.exp(0.5 * logvar[2 * i + axis]));
}
