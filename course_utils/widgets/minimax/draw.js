import { hatch, line, smaller, write } from "../shared/canvas.js";
import { FAINT, GREEN, INK, NEGATIVE, PAPER, PURPLE, RULE, SKY, SOFT, withAlpha } from "../shared/colors.js";
import { scaleX } from "../shared/densities.js";
import { clamp, fixed } from "../shared/numbers.js";
import { best, gainAt, logistic, sigmoid } from "./math.js";

const POINTS = 500;
const DEEPEST = -3; // nats; where the bars of V begin

/** Where everything goes: the densities, D below them, what each place adds to V, the bars beside or below. */
export function arrange(width, size, own, room = Infinity) {
  const wide = width >= 600;
  const right = (wide ? Math.round(width * 0.6) : width) - 8;
  const unit = Math.min(Math.max(78, right * 0.2), (room - size * 8.8) / 3.25);
  const panel = (top, height) => ({ left: 4, right, top, bottom: top + height });
  const density = panel(size * 1.9, unit * 1.35);
  const decision = panel(density.bottom + size * 2.4, unit);
  const gain = panel(decision.bottom + size * 2.2, unit * 0.9);
  const below = gain.bottom + size * 2.2;
  const rows = (own ? 4 : 3) * size * 3.9;
  const bars = wide
    ? { left: right + size * 1.6, right: width - 4, top: Math.max(0, (below - rows) / 2) }
    : { left: 4, right: width - 4, top: below + size * 0.5 };
  const height = wide ? below : bars.top + rows;
  return { size, small: smaller(size), density, decision, gain, axis: gain.bottom, bars, height };
}

/** Where the handle of the reader's own D lies: on its boundary, at one half. */
export function ownHandle({ decision }, state) {
  const x = scaleX(decision, state.limits).toPixel(state.own.boundary);
  return { x, y: (decision.top + decision.bottom) / 2 };
}

/** D* from 0 to 1, and the reader's own D where it is wanted. */
export function drawDecision(context, place, state) {
  const { decision, small } = place;
  const toY = (share) => decision.bottom - share * (decision.bottom - decision.top);
  const across = (share) => [[decision.left, toY(share)], [decision.right, toY(share)]];
  line(context, across(0), RULE, 1);
  line(context, across(0.5), SOFT, 1, [4, 4]);
  line(context, across(1), RULE, 1);
  line(context, trace(decision, state, (x) => toY(sigmoid(best(state.p, state.q)(x)))), INK, 2.5);
  const options = { size: small, halo: true, align: "right" };
  write(context, "1", decision.right, toY(1) + small, { ...options, color: SOFT });
  write(context, "\u00bd", decision.right, toY(0.5) - 3, { ...options, color: SOFT });
  write(context, "0", decision.right, toY(0) - 3, { ...options, color: SOFT });
  write(context, "D*(x) = p / (p + q)", decision.left, decision.top - small * 0.5, { size: small, bold: true });
  if (!state.showOwn) return;
  line(context, trace(decision, state, (x) => toY(sigmoid(logistic(state.own)(x)))), PURPLE, 3, [3, 3]);
  const title = { size: small, bold: true, color: PURPLE, align: "right" };
  write(context, "your D (dotted)", decision.right, decision.top - small * 0.5, title);
  diamond(context, ownHandle(place, state), place.size * 0.55);
}

function diamond(context, { x, y }, radius) {
  context.beginPath();
  context.moveTo(x, y - radius);
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.fillStyle = PURPLE;
  context.fill();
  context.strokeStyle = PAPER;
  context.lineWidth = 2;
  context.stroke();
}

/** What each place adds to V, always a loss: an area below the line, deepest where p and q overlap. */
export function drawGain(context, place, state, numbers) {
  const { gain, small } = place;
  const { toValue } = scaleX(gain, state.limits);
  const at = (logit) => sampled(gain, (pixel) => [pixel, gainAt(toValue(pixel), state.p, state.q, logit)]);
  const curve = at(best(state.p, state.q));
  const own = state.showOwn ? at(logistic(state.own)) : [];
  const deepest = Math.min(-0.1, ...curve.map(([, value]) => 1.1 * value), ...own.map(([, value]) => value));
  const floor = Math.max(deepest, -3 * state.pPeak);
  const toY = (value) => gain.top + (Math.max(value, floor) / floor) * (gain.bottom - gain.top);
  const points = curve.map(([x, value]) => [x, toY(value)]);
  context.beginPath();
  context.moveTo(gain.left, gain.top);
  for (const [x, y] of points) context.lineTo(x, y);
  context.lineTo(gain.right, gain.top);
  for (const style of [withAlpha(NEGATIVE, 0.22), hatch(context, NEGATIVE, { rising: false })]) {
    context.fillStyle = style;
    context.fill();
  }
  line(context, points, INK, 1.4);
  if (state.showOwn) line(context, own.map(([x, value]) => [x, toY(value)]), PURPLE, 2, [3, 3]);
  line(context, [[gain.left, gain.top], [gain.right, gain.top]], SOFT, 1);
  const long = gain.right - gain.left > small * 33;
  const title = `p log D* + q log(1 \u2212 D*)${long ? `: the area below 0 is V = ${fixed(numbers.value, 3)} nats` : ""}`;
  write(context, title, gain.left, gain.top - small * 0.5, { size: small, bold: true });
}

/** V, JS and W1 as bars, each on its own fixed scale; marks where the theory says that one cannot pass. */
export function drawNumbers(context, { bars, size, small }, state, numbers) {
  const far = Math.round((state.limits[1] - state.limits[0]) / 2);
  const floor = { at: -Math.log(4), name: "\u2212log 4" };
  const value = { low: DEEPEST, high: 0, unit: "nats", mark: floor };
  const rows = [
    { ...value, name: "V(D*) = 2 JS \u2212 log 4", value: numbers.value, color: SOFT },
    { name: "JS(p, q)", value: numbers.js, low: 0, high: Math.LN2, end: "log 2", unit: "nats", color: GREEN },
    { name: "W1(p, q)", value: numbers.w1, low: 0, high: far, unit: "units", color: SKY },
  ];
  const ceiling = { at: numbers.value, name: "V(D*)" };
  const own = { ...value, name: "V(D), your D", value: numbers.own, color: PURPLE, mark: ceiling };
  if (state.showOwn) rows.splice(1, 0, own);
  rows.forEach((row, i) => drawNumber(context, { ...bars, top: bars.top + i * size * 3.9, size, small }, row));
}

function drawNumber(context, { left, right, top, size, small }, row) {
  const { name, value, low, high, end = String(high), unit, color, mark } = row;
  const [barTop, barHeight] = [top + size * 1.4, size * 0.85];
  const toX = (number) => left + ((clamp(number, low, high) - low) / (high - low)) * (right - left);
  write(context, name, left, top + size, { size: small, bold: true });
  write(context, `${fixed(value, 3)} ${unit}`, right, top + size, { size: small, align: "right" });
  context.fillStyle = FAINT;
  context.fillRect(left, barTop, right - left, barHeight);
  context.fillStyle = color;
  context.fillRect(left, barTop, toX(value) - left, barHeight);
  const below = barTop + barHeight + small;
  const ends = { size: small, color: SOFT };
  write(context, value < low ? `\u2190 below ${fixed(low, 0)}` : fixed(low, 0), left, below, ends);
  write(context, value > high + 1e-6 ? `past ${end} \u2192` : end, right, below, { ...ends, align: "right" });
  if (!mark) return;
  const x = toX(mark.at);
  line(context, [[x, barTop - 3], [x, barTop + barHeight + 3]], INK, 2);
  const room = x < right - small * 3.5;
  const options = { size: small, align: room ? "center" : "right" };
  write(context, mark.name, room ? Math.max(x, left + small * 3.4) : right - small * 1.6, below, options);
}

function trace(box, state, toY) {
  const { toValue } = scaleX(box, state.limits);
  return sampled(box, (pixel) => [pixel, toY(toValue(pixel))]);
}

function sampled(box, f) {
  return Array.from({ length: POINTS + 1 }, (_, i) => f(box.left + (i / POINTS) * (box.right - box.left)));
}
