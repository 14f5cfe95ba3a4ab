// Where everything goes: the plane at the left, the steps' bars and the sum beside or below it.
import { smaller } from "../shared/canvas.js";

// The largest side of the plane.
const sideAt = (width) => Math.min(430, Math.max(370, width / 3));
const ROWS = 5; // of text under the bars
const SPACED = 1.45;

/** {plane: {left, top, side}, bars: {left, right, top, bottom}, rows: {left, right, top, row}, height}. */
export function layout(width, size, _, room = Infinity) {
  const small = smaller(size);
  const head = Math.round(small * 1.7); // the line above a panel
  return { width, size, small, ...(width >= 660 ? wide : narrow)({ width, small, head, room }) };
}

function wide({ width, small, head, room }) {
  const side = Math.round(Math.min(width * 0.46, sideAt(width), room - head - 3));
  const [left, right, row] = [side + small * 2.2, width - 8, small * SPACED];
  const bottom = head + side - ROWS * row - small * 2.2;
  return {
    plane: { left: 1, top: head, side },
    bars: { left, right, top: head + small * 1.6, bottom },
    rows: { left, right, top: bottom + small * 2.2, row },
    height: head + side + 3,
  };
}

function narrow({ width, small, head }) {
  const side = Math.round(Math.min(width - 4, sideAt(width)));
  const top = head + side + head + small * 1.6;
  const [left, right, row] = [8, width - 8, small * SPACED];
  const bottom = top + small * 9;
  const rows = { left, right, top: bottom + small * 2.2, row };
  return {
    plane: { left: Math.round((width - side) / 2), top: head, side },
    bars: { left, right, top, bottom },
    rows,
    height: Math.round(rows.top + ROWS * row + 3),
  };
}
