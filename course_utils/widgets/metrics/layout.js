// Where everything goes: the plane at the left, a row for each measure beside or below it.
import { smaller } from "../shared/canvas.js";
import { MEASURES } from "./state.js";

const TALLEST = 370; // of the plane

/** {plane: {left, top, side}, bars: {left, right, top, row, name, word}, height}. */
export function layout(width, size, _, room = Infinity) {
  const small = smaller(size);
  const head = Math.round(small * 1.7); // the line above a panel
  const place = { width, size, small, head, tallest: Math.min(TALLEST, room - head - 2) };
  return { ...place, ...(width >= 660 ? wide : narrow)(place) };
}

function wide({ width, size, small, head, tallest }) {
  const side = Math.round(Math.min(width * 0.43, tallest));
  const row = (side - small * 0.4) / MEASURES.length;
  const bars = columns({ left: side + size * 1.4, right: width - 2, top: head, row, small });
  return { plane: { left: 1, top: head, side }, bars, height: head + side + 2 };
}

function narrow({ width, small, head }) {
  const side = Math.round(Math.min(width - 4, TALLEST));
  const top = head + side + 2 * head;
  const bars = columns({ left: 2, right: width - 2, top, row: small * 1.9, small });
  const plane = { left: Math.round((width - side) / 2), top: head, side };
  return { plane, bars, height: top + bars.row * MEASURES.length + 2 };
}

/** The edges in a row: a name left of `from`, the bar up to `to`, the number left of `number`, then a word. */
function columns({ left, right, top, row, small }) {
  const number = right - small * 5.5;
  return { left, right, top, row, from: left + small * 9.2, to: number - small * 4.1, number };
}

/** The two maps between the plane and pixels; the second axis points up. */
export function planeScale({ plane: { left, top, side } }, half) {
  const perUnit = side / (2 * half);
  return {
    toPixel: ([x, y]) => [left + (x + half) * perUnit, top + (half - y) * perUnit],
    toValue: ({ x, y }) => [(x - left) / perUnit - half, half - (y - top) / perUnit],
  };
}
