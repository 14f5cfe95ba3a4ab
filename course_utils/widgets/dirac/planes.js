// The eigenvalues at (0, 0) in the complex plane. Green: where the field is damped, where a step draws in.
import { line, write } from "../shared/canvas.js";
import { GREEN, INK, MODEL, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clipped, scaleMap } from "../shared/map.js";
import { fixed, minus } from "../shared/numbers.js";
import { modulus, pairText } from "./state.js";

const HALVES = Array.from({ length: 12 }, (_, k) => 1.5 * 2 ** k); // of a plane: the first that shows both

export function drawPlanes(context, place, { look }) {
  const [field, step] = place.planes.map((box) => ({ ...box, small: place.small, head: place.head }));
  drawPlane(context, field, { title: "Field", values: look.field, paint: paintDamped });
  drawPlane(context, step, { title: "One step", values: look.step, paint: paintCircle });
  if (!look.step) return;
  const [below, options] = [step.top + step.side + place.small * 1.2, { size: place.small }];
  write(context, pairText(look.field), field.left, below, options);
  write(context, `modulus ${fixed(Math.max(...look.step.map(modulus)), 4)}`, step.left, below, options);
}

function drawPlane(context, box, { title, values, paint }) {
  const { left, top, side, small, head } = box;
  write(context, title, left, top - head * 0.3, { size: small, bold: true });
  const reach = Math.max(...(values ?? []).flat().map(Math.abs), 0);
  const half = HALVES.find((each) => each >= 1.05 * reach);
  const { toPixel } = scaleMap(box, { center: [0, 0], half });
  clipped(context, box, () => {
    paint(context, box, toPixel);
    line(context, [toPixel([-half, 0]), toPixel([half, 0])], RULE, 1);
    line(context, [toPixel([0, -half]), toPixel([0, half])], RULE, 1);
    for (const value of values ?? []) diamond(context, toPixel(value), small * 0.42);
  });
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(left, top, side, side);
  const options = { size: small, color: SOFT, halo: true };
  const unit = half / 1.5;
  const [high, right] = [toPixel([0, unit]), toPixel([unit, 0])];
  write(context, unit === 1 ? "i" : `${minus(unit)}i`, high[0] + small * 0.6, high[1] - 3, options);
  write(context, minus(unit), right[0] + 3, right[1] + small * 1.1, options);
  if (values) return;
  const middle = left + side / 2;
  write(context, "none: |\u03c8| has", middle, top + side * 0.72, { ...options, color: INK, align: "center" });
  write(context, "a kink at 0", middle, top + side * 0.72 + small * 1.2, { ...options, color: INK, align: "center" });
}

function paintDamped(context, { left, top, side }) {
  context.fillStyle = withAlpha(GREEN, 0.16);
  context.fillRect(left, top, side / 2, side);
}

function paintCircle(context, box, toPixel) {
  const [x, y] = toPixel([0, 0]);
  context.beginPath();
  context.arc(x, y, toPixel([1, 0])[0] - x, 0, 2 * Math.PI);
  context.fillStyle = withAlpha(GREEN, 0.16);
  context.fill();
  context.strokeStyle = GREEN;
  context.lineWidth = 1.5;
  context.stroke();
}

function diamond(context, [x, y], radius) {
  context.beginPath();
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0], [0, -radius]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.fillStyle = MODEL;
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 1.2;
  context.stroke();
}
