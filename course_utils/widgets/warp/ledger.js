// What each step does to the area around the point, as bars; and the sum that gives log p(x), as text.
import { line, write } from "../shared/canvas.js";
import { INK, NEGATIVE, POSITIVE, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clamp, fixed } from "../shared/numbers.js";
import { pairText, powerText, sumTexts } from "./state.js";

/** Where the k-th step's column begins. */
export function columnAt({ left, right }, k, count) {
  return left + ((right - left) * k) / count;
}

export function drawBars(context, { bars, small }, state) {
  const { look, depth, flow, reached: [least, most] } = state;
  const { left, right, top, bottom } = bars;
  const perUnit = (bottom - top - 2.4 * small) / (most - least);
  const middle = top + 1.2 * small + most * perUnit;
  const toY = (value) => clamp(middle - value * perUnit, top, bottom);
  const head = top - small * 0.7;
  write(context, "log |det| by step", left, head, { size: small, bold: true });
  const options = { size: small, align: "right", color: SOFT };
  write(context, "\u25b2 stretches  \u25bc squeezes", right, head, options);
  line(context, [[left, middle], [right, middle]], SOFT, 1);
  look.way.logDets.forEach((logDet, k) => drawColumn(context, { bars, small, toY, middle }, state, logDet, k));
  drawStair(context, bars, toY, look.way.logDets);
  const now = left + ((right - left) * depth) / flow.count;
  line(context, [[now, top - 2], [now, bottom + 4]], INK, 2);
  line(context, [[now - 4, bottom + 9], [now, bottom + 3], [now + 4, bottom + 9]], INK, 2);
}

/** A step's bar: filled as far as the depth has come, up for what stretches and down for what squeezes. */
function drawColumn(context, { bars, small, toY, middle }, { depth, flow }, logDet, k) {
  const [from, to] = [columnAt(bars, k, flow.count), columnAt(bars, k + 1, flow.count)];
  const gap = (to - from) * 0.18;
  const color = logDet < 0 ? NEGATIVE : POSITIVE;
  const share = clamp(depth - k, 0, 1);
  const inside = share > 0 && share < 1;
  if (inside) {
    context.fillStyle = withAlpha(RULE, 0.35);
    context.fillRect(from, bars.top, to - from, bars.bottom - bars.top);
  }
  const y = toY(logDet);
  context.fillStyle = withAlpha(color, 0.2);
  context.fillRect(from + gap, middle, to - from - 2 * gap, y - middle);
  context.fillStyle = color;
  context.fillRect(from + gap, middle, to - from - 2 * gap, share * (y - middle));
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.strokeRect(from + gap, middle, to - from - 2 * gap, y - middle);
  const [center, room] = [(from + to) / 2, (to - from) / small];
  const text = { size: small, align: "center", bold: inside };
  const below = bars.bottom + small * 1.1;
  if (room > 1.3 || k % 2 === 0) write(context, String(k + 1), center, below, { ...text, color: SOFT });
  if (room < 3) return;
  const beyond = Math.sign(logDet) || 1;
  const over = { ...text, baseline: "middle", color: INK, halo: true };
  write(context, fixed(logDet, 2), center, y - beyond * small * 0.75, over);
}

/** The sum of the steps so far, as a dashed stair. */
function drawStair(context, bars, toY, logDets) {
  let sum = 0;
  const points = [[bars.left, toY(0)]];
  logDets.forEach((logDet, k) => points.push([columnAt(bars, k + 1, logDets.length), toY((sum += logDet))]));
  line(context, points, INK, 1.6, [5, 4]);
}

export function drawSum(context, { rows, small }, state) {
  const { look, flow, way: held, precision } = state;
  const [x, z] = [look.way.stages[0], look.way.stages[flow.count]].map(pairText);
  const { sum, base, total } = sumTexts(look);
  const there = held === "forward" ? `x ${x} \u2192 z ${z}` : `z ${z} \u2192 x ${x}`;
  const again = `${held === "forward" ? "back: x" : "and on: z"} ${pairText(look.again)}`;
  const lines = [
    [there, ""],
    [`\u25c7 ${again}`, ""],
    ["sum of log |det|, dashed", sum],
    ["+ log p(z)", base],
    ["= log p(x)", total],
  ];
  const aside = rows.right - rows.left > small * 26;
  lines.forEach(([text, number], i) => {
    const y = rows.top + (i + 0.75) * rows.row;
    const bold = i === 4;
    write(context, text, rows.left, y, { size: small, bold });
    const right = rows.left + small * 16;
    if (number) write(context, number, right, y, { size: small, align: "right", bold });
  });
  const at = rows.top + 1.75 * rows.row;
  const lost = `${precision}: off by ${powerText(look.error.here)}`;
  if (aside) write(context, lost, rows.right, at, { size: small, align: "right", color: SOFT });
}
