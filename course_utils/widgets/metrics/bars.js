// A row for each measure: its bar, the band that other data come to by chance, the number, and what it says.
import { hatch, line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { MEASURES, shareOnBar, valueText } from "./state.js";

const WORDS = { same: "= as data", worse: "\u25bc worse", better: "\u25b2 better", close: "! close" };
const BEST = { "-1": "\u2193", 0: "\u00bd", 1: "\u2191" };

export function drawBars(context, place, state) {
  const { bars, small } = place;
  const style = hatch(context, DATA, { spacing: 5 });
  drawHeading(context, place, style);
  MEASURES.forEach((measure, i) => {
    const y = bars.top + (i + 0.5) * bars.row;
    const above = y - bars.row / 2;
    if (i) line(context, [[bars.left, above], [bars.right, above]], withAlpha(RULE, 0.6), 1);
    drawRow(context, { ...bars, y, small, style }, measure, state);
  });
}

function drawHeading(context, { bars, small }, style) {
  const y = bars.top - small * 0.6;
  band(context, [bars.left, bars.left + small * 1.6], y - small * 0.35, small * 0.9, style);
  const options = { size: small, color: DATA, bold: true };
  write(context, "data against other data, 100 times", bars.left + small * 2.1, y, options);
}

function drawRow(context, { left, right, from, to, number, y, row, small, style }, measure, state) {
  const { name, label, short = label, best } = measure;
  const [value, verdict] = [state.look.numbers[name], state.look.verdicts[name]];
  const [ends, modes] = [state.chance[name], state.mixture.means.length];
  const zero = name === "kernel" ? from + 0.2 * (to - from) : from; // an unbiased estimate may be negative
  const toX = (one) => zero + shareOnBar(measure, one, ends, modes) * (to - zero);
  const high = Math.min(row * 0.62, small * 1.25);
  const text = y + small * 0.34;
  write(context, `${short} ${BEST[best]}`, left, text, { size: small });
  context.fillStyle = withAlpha(RULE, 0.35);
  context.fillRect(from, y - high / 2, to - from, high);
  band(context, ends.map(toX), y, high, style);
  const x = toX(value);
  context.fillStyle = MODEL;
  context.fillRect(Math.min(zero, x), y - high * 0.2, Math.abs(x - zero), high * 0.4);
  line(context, [[zero, y - high / 2 - 2], [zero, y + high / 2 + 2]], SOFT, 1);
  pointer(context, x, y, high * 0.42);
  write(context, valueText(value), number, text, { size: small, align: "right", bold: true });
  const same = verdict === "same";
  const options = { size: small, color: same ? SOFT : INK, bold: !same };
  write(context, WORDS[verdict], right - small * 5.1, text, options);
}

/** From one x to another, at least as wide as can be seen. */
function band(context, [from, to], y, high, style) {
  const width = Math.max(3, to - from);
  const left = (from + to - width) / 2;
  context.fillStyle = withAlpha(DATA, 0.18);
  context.fillRect(left, y - high / 2, width, high);
  context.fillStyle = style;
  context.fillRect(left, y - high / 2, width, high);
  context.strokeStyle = DATA;
  context.lineWidth = 1.2;
  context.strokeRect(left, y - high / 2, width, high);
}

/** Where the bar ends. */
function pointer(context, x, y, radius) {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = MODEL;
  context.fill(path);
  context.strokeStyle = PAPER;
  context.lineWidth = 1.5;
  context.stroke(path);
}
