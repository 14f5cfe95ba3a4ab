// Error against calls, both on logarithmic scales: what is known of each sampler's curve, and where it stands now.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clamp } from "../shared/numbers.js";
import { LOOKS, drawMarks } from "./marks.js";
import { SAMPLERS } from "./samplers.js";
import { CALLS, curveOf } from "./session.js";

const TICKS = [2, 5, 10, 20, 50];
const TOP = 3; // times half the picture: an error beyond it is drawn at the edge
const TITLES = { w1: "Sliced W1 to the truth", end: "Mean distance to the exact end" };

/** Calls to pixels and back. */
export function callsScale({ curve: { left, right } }) {
  const [first, last] = CALLS.map(Math.log);
  const per = (right - left) / (last - first);
  return {
    toPixel: (calls) => left + (Math.log(calls) - first) * per,
    toCalls: (x) => Math.exp(first + (x - left) / per),
  };
}

/** The next of ..., 0.1, 0.3, 1, 3, ... at or beyond a value: up (1) or down (-1). */
export function rounded(value, sign) {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const steps = [1, 3, 10].map((step) => step * decade);
  return sign > 0 ? steps.find((step) => step >= value * (1 - 1e-9)) : steps.findLast((step) => step <= value * (1 + 1e-9));
}

/** The axis of errors: its ends, and what lies between in steps of about 3. */
export function errorLimits(curves, { half, chance }, error) {
  const values = curves.flatMap(({ points, now }) => [...points, now].map(([, value]) => value)).filter((value) => value > 0);
  const least = Math.min(...values, error === "w1" ? chance.low : Infinity);
  const low = rounded(Math.max(least, 1e-6), -1);
  return [low, Math.max(rounded(clamp(Math.max(...values, low), 0, TOP * half), 1), 10 * low)];
}

export function drawCurve(context, place, { session, settings, look }) {
  const { curve: box, small } = place;
  const takePart = SAMPLERS.filter(({ fresh }) => settings.error === "w1" || !fresh);
  const curves = takePart.map((sampler) => {
    const now = look.results.find((one) => one.sampler === sampler);
    return { sampler, points: curveOf(session, sampler, settings), now: [now.calls, now[settings.error]] };
  });
  const [low, high] = errorLimits(curves, session, settings.error);
  const { toPixel } = callsScale(place);
  const per = (box.bottom - box.top) / Math.log(high / low);
  const toY = (error) => clamp(box.bottom - Math.log(error / low) * per, box.top, box.bottom);
  if (settings.error === "w1") drawFloor(context, box, session.chance, toY, small);
  drawAxes(context, place, [low, high], { toPixel, toY }, settings);
  const here = toPixel(settings.calls);
  line(context, [[here, box.top], [here, box.bottom]], INK, 1.2);
  const toPoint = ([calls, error]) => [toPixel(calls), toY(error)];
  clippedTo(context, box, () => {
    for (const { sampler, points } of curves) {
      const { color, dash } = LOOKS[sampler.name];
      line(context, points.map(toPoint), color, sampler.name === settings.sampler ? 3.6 : 1.8, dash);
    }
  });
  for (const { sampler, now } of curves) drawMarks(context, [toPoint(now)], LOOKS[sampler.name], small * 0.42, 1.2);
}

/** Draw with nothing reaching beyond the box. */
function clippedTo(context, { left, right, top, bottom }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top - 2, right - left, bottom - top + 4);
  context.clip();
  draw();
  context.restore();
}

/** What exact draws come to, as a band. */
function drawFloor(context, box, { low, high }, toY, small) {
  context.fillStyle = withAlpha(DATA, 0.14);
  context.fillRect(box.left, toY(high), box.right - box.left, toY(low) - toY(high));
  const y = (toY(low) + toY(high)) / 2 + small * 0.35;
  write(context, "exact draws", box.left + 4, y, { size: small, color: DATA, halo: true });
}

function drawAxes(context, { curve: box, small, head }, [low, high], { toPixel, toY }, { error }) {
  write(context, TITLES[error], box.left, box.top - head * 0.45, { size: small, bold: true });
  const options = { size: small, color: SOFT };
  const room = (box.bottom - box.top) / Math.log10(high / low); // for a decade
  for (let value = low; value <= high * 1.01; value = rounded(value * 1.5, 1)) {
    const y = toY(value);
    line(context, [[box.left, y], [box.right, y]], RULE, 1);
    const whole = Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;
    if (!whole && room < small * 4) continue;
    const text = String(Number(value.toPrecision(1)));
    write(context, text, box.left - 5, y, { ...options, align: "right", baseline: "middle" });
  }
  for (const calls of TICKS) {
    const x = toPixel(calls);
    line(context, [[x, box.bottom], [x, box.bottom + 4]], SOFT, 1);
    write(context, String(calls), x, box.bottom + small * 1.2, { ...options, align: "center" });
  }
  line(context, [[box.left, box.bottom], [box.right, box.bottom]], SOFT, 1);
  write(context, "calls", box.right, box.bottom + small * 2.2, { ...options, align: "right" });
}
