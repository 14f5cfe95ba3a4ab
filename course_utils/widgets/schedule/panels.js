// The three panels against the step: log-SNR with its control points, the rates, and beta.
import { hatch, line, write } from "../shared/canvas.js";
import { DATA, GREEN, INK, NOISE, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clamp, minus } from "../shared/numbers.js";
import { scales } from "./layout.js";
import { inShort, wastedShare } from "./math.js";

export const LOG_SNR = [-12, 12];
const MOST_POINTS = 600; // of a curve

/** log-SNR against the step: the curve, what it was before (dotted), the wasted steps (hatched), the points. */
export function drawCurve(context, place, state) {
  const { curve: box, size, small } = place;
  const axes = scales(box, state.steps, LOG_SNR);
  drawRules(context, box, small, axes, [-10, -5, 0, 5, 10], minus);
  write(context, "log-SNR", box.left - small * 2.2, box.top - size * 0.7, { size, bold: true, color: GREEN });
  const hint = "drag the points, or Tab to one and use the arrows";
  if (box.right - box.left > small * 30) {
    write(context, hint, box.right, box.top - size * 0.7, { size: small, color: SOFT, align: "right" });
  }
  const share = wastedShare(state.schedule.alphaBar);
  if (share > 0) hatchFrom(context, box, axes.toX(Math.round(state.steps * (1 - share)) + 0.5));
  if (state.changed) drawLine(context, box, trace(axes, state.before.logSnr), SOFT, 2, [2, 5]);
  drawLine(context, box, trace(axes, state.schedule.logSnr), GREEN, 3);
  drawCursor(context, box, axes, state);
  drawWords(context, box, small, state, share);
  for (const point of grips(place, state)) drawGrip(context, size, point);
}

/** Where the control points are held: their pixels, and whether their values lie beyond the picture. */
export function grips({ curve }, { steps, shown }) {
  const { toX, toY } = scales(curve, steps, LOG_SNR);
  const beyond = (value) => (value < LOG_SNR[0] ? -1 : value > LOG_SNR[1] ? 1 : 0);
  return shown.map(([step, value]) => ({ x: toX(step), y: toY(clamp(value, ...LOG_SNR)), beyond: beyond(value) }));
}

/** alpha-bar with the two rates that multiply the image and the noise. */
export function drawRates(context, { rates: box, size, small }, state) {
  const axes = scales(box, state.steps, [0, 1]);
  drawRules(context, box, small, axes, [0, 0.5, 1], String);
  const { alphaBar } = state.schedule;
  const lines = [
    { name: "\u1fb1", values: alphaBar, color: GREEN, width: 3, dash: [] },
    { name: "\u221a\u1fb1 signal", values: alphaBar.map(Math.sqrt), color: DATA, width: 2, dash: [8, 4] },
    { name: "\u221a(1\u2212\u1fb1) noise", values: alphaBar.map((a) => Math.sqrt(1 - a)), color: NOISE, width: 2, dash: [2, 3] },
  ];
  let x = box.left - small * 2.9;
  for (const { name, values, color, width, dash } of lines) {
    drawLine(context, box, trace(axes, values), color, width, dash);
    const y = box.top - size * 0.7;
    line(context, [[x, y - small * 0.3], [x + small * 1.2, y - small * 0.3]], color, width, dash);
    write(context, name, x + small * 1.45, y, { size: small, bold: true, color: color === NOISE ? SOFT : color });
    x += context.measureText(name).width + small * 2.05;
  }
  drawCursor(context, box, axes, state);
}

/** beta on a straight scale that holds all but the steepest twentieth of the steps. */
export function drawBeta(context, { beta: box, size, small }, state) {
  const { beta } = state.schedule;
  const sorted = Float64Array.from(beta).sort();
  const top = niceAbove(sorted[Math.floor(0.95 * (beta.length - 1))]);
  const axes = scales(box, state.steps, [0, top]);
  drawRules(context, box, small, axes, [0, top], (value) => String(Number(value.toPrecision(1))));
  drawLine(context, box, trace(axes, beta), GREEN, 3);
  const y = box.top - size * 0.7;
  write(context, "\u03b2", box.left - small * 2.5, y, { size, bold: true, color: GREEN });
  const most = sorted.at(-1);
  const note = most > 1.01 * top ? `goes up to ${inShort(most)}, off the scale` : `at most ${inShort(most)}`;
  write(context, note, box.right, y, { size: small, color: SOFT, align: "right" });
  const below = box.bottom + small * 1.3;
  write(context, "1", box.left, below, { size: small, color: SOFT });
  write(context, "step", (box.left + box.right) / 2, below, { size: small, color: SOFT, align: "center" });
  write(context, String(state.steps), box.right, below, { size: small, color: SOFT, align: "right" });
  drawCursor(context, box, axes, state);
}

function drawRules(context, box, small, { toY }, values, name) {
  for (const value of values) {
    line(context, [[box.left, toY(value)], [box.right, toY(value)]], value === 0 ? SOFT : RULE, 1);
    const options = { size: small, color: SOFT, align: "right", baseline: "middle" };
    write(context, name(value), box.left - 6, toY(value), options);
  }
}

/** What is wasted and what is dotted, in the two corners that a falling curve leaves free. */
function drawWords(context, box, small, state, share) {
  const [left, right] = [box.left + small * 0.6, box.right - small * 0.4];
  const rises = state.schedule.logSnr[state.steps >> 1] > 3; // then the curve takes the corner at the top
  const [x, y, align] = rises ? [left, box.bottom - small * 3.4, "left"] : [right, box.top + small * 1.2, "right"];
  const options = { size: small, align, halo: true };
  write(context, `wasted: ${inPercent(share)} of the steps`, x, y, { ...options, bold: true });
  write(context, "less than 1 % signal: \u1fb1 < 0.01", x, y + small * 1.4, options);
  if (!state.changed) return;
  const text = `dotted: ${state.name} as it was`;
  write(context, text, left, box.bottom - small * 0.6, { size: small, color: SOFT, halo: true });
}

function hatchFrom(context, { right, top, bottom }, left) {
  context.fillStyle = hatch(context, withAlpha(NOISE, 0.55), { spacing: 9 });
  context.fillRect(left, top, right - left, bottom - top);
}

/** A share as a whole number of percent, never 0 where there is something. */
export function inPercent(share) {
  return share > 0 && share < 0.005 ? "under 1 %" : `${Math.round(100 * share)} %`;
}

function drawCursor(context, box, { toX }, { step }) {
  const x = toX(step);
  line(context, [[x, box.top], [x, box.bottom]], INK, 2, [6, 3]);
}

/** A square to be dragged; a triangle at the edge where the value lies beyond the picture. */
function drawGrip(context, size, { x, y, beyond }) {
  const half = size * 0.36;
  context.beginPath();
  if (beyond) {
    const [base, tip] = [y - beyond * half * -1.2, y - beyond * half * 1.2];
    for (const [px, py] of [[x - half * 1.2, base], [x + half * 1.2, base], [x, tip]]) context.lineTo(px, py);
    context.closePath();
  } else {
    context.rect(x - half, y - half, 2 * half, 2 * half);
  }
  context.fillStyle = GREEN;
  context.strokeStyle = PAPER;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
}

/** A curve as far as it lies in the panel. */
function drawLine(context, { left, right, top, bottom }, points, color, width, dash) {
  context.save();
  context.beginPath();
  context.rect(left - 2, top - 2, right - left + 4, bottom - top + 4);
  context.clip();
  line(context, points, color, width, dash);
  context.restore();
}

/** The curve as pixels: every step, or some hundreds of them with the last. */
function trace({ toX, toY }, values) {
  const stride = Math.ceil(values.length / MOST_POINTS);
  const points = [];
  for (let i = 0; i < values.length; i += stride) points.push([toX(i + 1), toY(values[i])]);
  points.push([toX(values.length), toY(values.at(-1))]);
  return points;
}

/** The first of 1, 2, 5, 10, 20, ... (times a power of ten) that is not below the value. */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((digit) => digit * power).find((nice) => nice >= value * 0.999);
}
