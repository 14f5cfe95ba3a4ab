// The plane of theta and psi: the field as arrows, the path, and where it begins.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NOISE, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { clipped, scaleMap } from "../shared/map.js";
import { clamp, minus } from "../shared/numbers.js";
import { fieldAt } from "./math.js";
import { GAME_NAMES, HALF, SHOWN, isKinked, penaltyText } from "./state.js";

const ARROWS = 13; // on each side
const MARKS_FROM = 7; // pixels between two steps that get marks of their own

/** Between [theta, psi] and pixels. */
export function phaseScale({ plane }) {
  return scaleMap(plane, { center: [0, 0], half: HALF });
}

export function drawPhase(context, place, state) {
  const { plane, small, head } = place;
  const { settings } = state;
  const title = `${GAME_NAMES[settings.game]}, ${penaltyText(settings)}`;
  const { toPixel } = phaseScale(place);
  write(context, title, plane.left, plane.top - head * 0.35, { size: small, bold: true });
  clipped(context, plane, () => {
    line(context, [toPixel([-HALF, 0]), toPixel([HALF, 0])], RULE, 1);
    line(context, [toPixel([0, -HALF]), toPixel([0, HALF])], RULE, 1);
    drawLevels(context, place, settings, toPixel);
    drawArrows(context, plane, settings, toPixel);
    drawPath(context, place, state, toPixel);
  });
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(plane.left, plane.top, plane.side, plane.side);
  drawTicks(context, place, toPixel);
}

/** The slopes that a penalty asks for, or the box of clipping. */
function drawLevels(context, { plane, small }, { penalty, strength }, toPixel) {
  const level = isKinked(penalty) ? 1 : penalty === "clip" ? strength : null;
  if (level === null || level >= HALF) return;
  for (const psi of [level, -level]) line(context, [toPixel([-HALF, psi]), toPixel([HALF, psi])], DATA, 1.5, [6, 4]);
  const text = isKinked(penalty) ? "|\u03c8| = 1" : "clipped here";
  const y = toPixel([0, -level])[1] + small * 1.1;
  write(context, text, plane.left + 5, y, { size: small, color: DATA, halo: true });
}

/** Directions at the points of a grid; the longest is as long as a cell, and roots make the short ones visible. */
function drawArrows(context, { left, top, side }, settings, toPixel) {
  const cell = side / ARROWS;
  const places = Array.from({ length: ARROWS * ARROWS }, (_, i) => {
    const value = (k) => ((k + 0.5) / ARROWS) * 2 * HALF - HALF;
    return [value(i % ARROWS), value(Math.floor(i / ARROWS))];
  });
  const field = places.map((place) => fieldAt(settings, place));
  const longest = Math.max(...field.map(([x, y]) => Math.hypot(x, y)), 1e-12);
  context.strokeStyle = withAlpha(NOISE, 0.9);
  context.lineWidth = 1.2;
  context.beginPath();
  places.forEach((place, i) => {
    const size = Math.hypot(...field[i]);
    if (size === 0) return;
    const length = cell * Math.sqrt(size / longest);
    const [dx, dy] = [(field[i][0] / size) * length, (-field[i][1] / size) * length];
    const [x, y] = toPixel(place);
    arrow(context, [x - dx / 2, y - dy / 2], [dx, dy]);
  });
  context.stroke();
}

function arrow(context, [x, y], [dx, dy]) {
  context.moveTo(x, y);
  context.lineTo(x + dx, y + dy);
  for (const side of [1, -1]) {
    context.moveTo(x + dx, y + dy);
    context.lineTo(x + dx - 0.3 * dx - side * 0.2 * dy, y + dy - 0.3 * dy + side * 0.2 * dx);
  }
}

/** The path so far, the rest of it pale; its start, where it is now, and the solution. */
function drawPath(context, { plane, small }, { settings, look, at }, toPixel) {
  const far = 20 * plane.side;
  const pixels = look.path.map((place) => toPixel(place).map((value) => clamp(value, -far, far)));
  const finite = pixels.filter((pixel) => pixel.every(Number.isFinite));
  if (at === SHOWN) line(context, finite.slice(SHOWN), withAlpha(MODEL, 0.35), 1);
  const done = finite.slice(0, at + 1);
  line(context, done, PAPER, 4.5);
  line(context, done, MODEL, 2);
  done.forEach(([x, y], i) => {
    if (i && Math.hypot(x - done[i - 1][0], y - done[i - 1][1]) >= MARKS_FROM) disc(context, [x, y], 2.5, MODEL);
  });
  const start = toPixel([settings.theta, settings.psi]);
  disc(context, start, small * 0.5, PAPER, MODEL);
  write(context, "start", ...besideOf(start, plane, small), { size: small, halo: true });
  if (done.length) square(context, done.at(-1), small * 0.42);
  drawSolution(context, toPixel([0, 0]));
}

function drawSolution(context, [x, y]) {
  for (const [color, width] of [[PAPER, 5], [INK, 2]]) {
    line(context, [[x - 7, y], [x + 7, y]], color, width);
    line(context, [[x, y - 7], [x, y + 7]], color, width);
  }
}

function besideOf([x, y], { left, top, side }, small) {
  const right = x < left + side - 3.6 * small;
  return [x + (right ? 0.8 : -3.1) * small, Math.max(y - 0.5 * small, top + small)];
}

function disc(context, [x, y], radius, fill, rim = null) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  if (!rim) return;
  context.strokeStyle = rim;
  context.lineWidth = 3;
  context.stroke();
}

function square(context, [x, y], radius) {
  context.fillStyle = MODEL;
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.strokeStyle = PAPER;
  context.lineWidth = 1.5;
  context.strokeRect(x - radius, y - radius, 2 * radius, 2 * radius);
}

function drawTicks(context, { plane, small }, toPixel) {
  const options = { size: small, color: SOFT };
  const below = plane.top + plane.side + small * 1.15;
  for (const value of [-2, -1, 0, 1, 2]) {
    write(context, minus(value), toPixel([value, 0])[0], below, { ...options, align: "center" });
    const y = toPixel([0, value])[1];
    write(context, minus(value), plane.left - 5, y, { ...options, align: "right", baseline: "middle" });
  }
  const { left, top, side } = plane;
  label(context, "\u2191 \u03c8, slope of D", [left + 5, top + small * 1.1], small);
  label(context, "\u03b8, generator's point \u2192", [left + side - 5, top + side - small * 0.5], small, "right");
}

/** A name within the picture, on a ground that hides the arrows. */
function label(context, text, [x, y], small, align = "left") {
  write(context, text, x, y, { size: small, color: SOFT, align });
  const { actualBoundingBoxLeft: before, actualBoundingBoxRight: after } = context.measureText(text);
  context.fillStyle = withAlpha(PAPER, 0.85);
  context.fillRect(x - before - 3, y - small, before + after + 6, small * 1.3);
  write(context, text, x, y, { size: small, color: SOFT, align });
}
