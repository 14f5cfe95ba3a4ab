// theta against the step: the generator's point over time, and the data that it should find.
import { line, write } from "../shared/canvas.js";
import { DATA, MODEL, RULE, SOFT } from "../shared/colors.js";
import { clamp, minus } from "../shared/numbers.js";
import { HALF, SHOWN } from "./state.js";

export function drawCurve(context, { curve: box, small, head }, { look, at }) {
  const toX = (step) => box.left + (step / SHOWN) * (box.right - box.left);
  const toY = (theta) => box.bottom - ((theta + HALF) / (2 * HALF)) * (box.bottom - box.top);
  write(context, "\u03b8 against the step", box.left, box.top - head * 0.35, { size: small, bold: true });
  const options = { size: small, color: SOFT };
  for (const theta of [-2, 0, 2]) {
    line(context, [[box.left, toY(theta)], [box.right, toY(theta)]], RULE, 1);
    write(context, minus(theta), box.left - 5, toY(theta), { ...options, align: "right", baseline: "middle" });
  }
  line(context, [[box.left, toY(0)], [box.right, toY(0)]], DATA, 2, [6, 4]);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  const shown = look.path.slice(0, at + 1).map(([theta], step) => [toX(step), toY(clamp(theta, -100, 100))]);
  line(context, shown.filter(([, y]) => Number.isFinite(y)), MODEL, 2);
  context.restore();
  write(context, "data at 0", box.right, toY(0) - 5, { size: small, color: DATA, align: "right", halo: true });
  for (const step of [0, SHOWN / 3, (2 * SHOWN) / 3, SHOWN]) {
    const align = step === SHOWN ? "right" : "center";
    write(context, String(step), toX(step), box.bottom + small * 1.15, { ...options, align });
  }
  write(context, "step", (box.left + box.right) / 2, box.bottom + small * 1.15, { ...options, align: "center" });
}
