// The plane: data as discs, samples as triangles, the modes' numbers, and the handles of both halves.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { planeScale } from "./layout.js";
import { HALF } from "./state.js";

export function drawPlane(context, place, state) {
  const { plane, small } = place;
  const { toPixel } = planeScale(place, HALF);
  const { samples, centres } = state.look;
  const radius = plane.side / 100;
  context.save();
  context.beginPath();
  context.rect(plane.left, plane.top, plane.side, plane.side);
  context.clip();
  const axes = [[[-HALF, 0], [HALF, 0]], [[0, -HALF], [0, HALF]]];
  for (const ends of axes) line(context, ends.map(toPixel), RULE, 1);
  context.fillStyle = withAlpha(DATA, 0.75);
  fillEach(context, state.clouds.data, toPixel, (path, x, y) => path.arc(x, y, radius, 0, 2 * Math.PI));
  context.fillStyle = MODEL;
  context.strokeStyle = PAPER;
  context.lineWidth = 0.9;
  context.stroke(fillEach(context, samples, toPixel, (path, x, y) => triangle(path, x, y, radius * 1.25)));
  drawModes(context, place, state, toPixel);
  drawHandles(context, place, { centres, ...state }, toPixel);
  context.restore();
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(plane.left, plane.top, plane.side, plane.side);
  drawLegend(context, place);
  const outside = countOutside(samples);
  const options = { size: small, halo: true };
  if (outside) write(context, `${outside} samples outside`, plane.left + 6, plane.top + small * 1.2, options);
}

function fillEach(context, points, toPixel, mark) {
  const path = new Path2D();
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = toPixel([points[i], points[i + 1]]);
    path.moveTo(x, y);
    mark(path, x, y);
    path.closePath();
  }
  context.fill(path);
  return path;
}

function triangle(path, x, y, radius) {
  path.moveTo(x, y - radius);
  path.lineTo(x + 0.87 * radius, y + radius / 2);
  path.lineTo(x - 0.87 * radius, y + radius / 2);
}

function countOutside(samples) {
  let count = 0;
  for (let i = 0; i < samples.length; i += 2) {
    count += Math.abs(samples[i]) > HALF || Math.abs(samples[i + 1]) > HALF;
  }
  return count;
}

/** Each mode's number beside it, away from the middle; what was dropped is said. */
function drawModes(context, { small }, { mixture, settings }, toPixel) {
  mixture.means.forEach(([x, y], k) => {
    const far = Math.hypot(x, y) || 1;
    const out = 1 + (4 * mixture.stds[k]) / far;
    const [left, top] = toPixel([x * out, y * out]);
    const gone = settings.dropped.includes(k + 1);
    const options = { size: small, align: "center", baseline: "middle", halo: true };
    Object.assign(options, gone ? { color: SOFT } : { color: DATA, bold: true });
    write(context, gone ? `${k + 1} dropped` : String(k + 1), left, top, options);
  });
}

/** A diamond moves all, a square the half that goes: what the arrow keys move is larger, and comes last. */
function drawHandles(context, { size }, { centres, chosen }, toPixel) {
  for (const name of chosen === "all" ? ["half", "all"] : ["all", "half"]) {
    const [x, y] = toPixel(centres[name === "half" ? 1 : 0]);
    const radius = size * (name === chosen ? 0.72 : 0.5);
    const path = new Path2D();
    if (name === "half") path.rect(x - radius * 0.8, y - radius * 0.8, radius * 1.25, radius * 1.25);
    else diamondAt(path, x, y, radius * 1.25);
    context.fillStyle = name === chosen ? MODEL : PAPER;
    context.fill(path);
    for (const [color, width] of [[PAPER, 5], [INK, 2]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke(path);
    }
  }
}

function diamondAt(path, x, y, radius) {
  path.moveTo(x, y - radius);
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0]]) path.lineTo(x + dx, y + dy);
  path.closePath();
}

function drawLegend(context, { plane, small }) {
  const y = plane.top - small * 0.6;
  const middle = y - small * 0.32;
  const at = plane.left + plane.side * 0.3;
  const [disc, mark] = [new Path2D(), new Path2D()];
  disc.arc(plane.left + small * 0.5, middle, small * 0.34, 0, 2 * Math.PI);
  triangle(mark, at + small * 0.5, middle + small * 0.1, small * 0.5);
  for (const [path, color, text, left] of [[disc, DATA, "data", plane.left], [mark, MODEL, "samples", at]]) {
    context.fillStyle = color;
    context.fill(path);
    write(context, text, left + small * 1.2, y, { size: small, color, bold: true });
  }
}
