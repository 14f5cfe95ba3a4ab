// How each family is told apart: by its colour and by the shape of its marks.
import { CLASSES, PAPER } from "../shared/colors.js";

// A star of so many points, turned by a share of a full turn, its inner corners at a share of the radius; from two
// points to the next the way is straight where there are no inner corners.
const SHAPES = [
  { points: 24, turn: 0, size: 0.95 }, // a disc
  { points: 3, turn: 0, size: 1.25 },
  { points: 4, turn: 1 / 8, size: 1.2 },
  { points: 4, turn: 0, size: 1.3 },
  { points: 3, turn: 1 / 2, size: 1.25 },
  { points: 5, turn: 0, inner: 0.45, size: 1.45 },
  { points: 4, turn: 1 / 8, inner: 0.4, size: 1.5 }, // a cross
  { points: 6, turn: 0, size: 1.15 },
  { points: 4, turn: 0, inner: 0.4, size: 1.5 },
  { points: 3, turn: 1 / 4, size: 1.25 },
];

export const colorOf = (family) => CLASSES[family];

/** A family's mark at (x, y): full, or hollow where it is out. */
export function drawMark(context, family, [x, y], radius, full = true) {
  const { points, turn, inner, size } = SHAPES[family];
  const corners = inner ? 2 * points : points;
  context.beginPath();
  for (let k = 0; k < corners; k++) {
    const angle = 2 * Math.PI * (k / corners + turn - 1 / 4);
    const far = radius * size * (inner && k % 2 ? inner : 1);
    context[k ? "lineTo" : "moveTo"](x + far * Math.cos(angle), y + far * Math.sin(angle));
  }
  context.closePath();
  context.lineJoin = "round";
  context.setLineDash([]);
  context.fillStyle = full ? colorOf(family) : PAPER;
  context.strokeStyle = full ? PAPER : colorOf(family);
  context.lineWidth = full ? 1.2 : 1.6;
  context.fill();
  context.stroke();
}
