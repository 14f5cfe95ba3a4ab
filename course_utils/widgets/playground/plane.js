// The plane: what D says of it, the data, what G makes, and where G's loss pulls it.
import { layer, line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NEGATIVE, PAPER, POSITIVE, SOFT, blend, withAlpha } from "../shared/colors.js";
import { contour } from "../shared/contour.js";
import { pull } from "./game.js";
import { HALF } from "./measures.js";
import { forward } from "./nn.js";
import { SHOWN } from "./session.js";

const GRID = 41; // points of the surface along a side
const ARROWS = 48;
const PER_PULL = 0.4; // length of an arrow in units of the plane for a gradient of 1
const LONGEST = 0.9;

/** Draw the plane; returns how long the arrows are on average, as a gradient. */
export function drawPlane(context, place, session, shown) {
  const { map } = place;
  const loss = session.game.loss;
  const outputs = surface(shown.D);
  const perUnit = map.side / (2 * HALF);
  const toPixel = ([x, y]) => [map.left + (x + HALF) * perUnit, map.top + (HALF - y) * perUnit];
  context.save();
  context.beginPath();
  context.rect(map.left, map.top, map.side, map.side);
  context.clip();
  paintSurface(context, map, outputs.map(loss.score));
  for (const ends of contour(outputs, GRID, loss.boundary)) {
    line(context, ends.map((end) => toPixel(inPlane(end))), INK, 1.6);
  }
  const radius = map.side / 170;
  each(session.data, (point) => disc(context, toPixel(point), radius));
  each(shown.points.subarray(0, 2 * SHOWN), (point) => triangle(context, toPixel(point), radius * 1.9));
  const mean = drawPulls(context, toPixel, { ...session.game, D: shown.D }, shown.points);
  context.restore();
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(map.left, map.top, map.side, map.side);
  noteOutside(context, place, shown.points);
  drawLegend(context, place);
  return mean;
}

/** D's outputs on the grid, row by row from the lowest y. */
function surface(D) {
  const at = (i) => -HALF + (2 * HALF * i) / (GRID - 1);
  const points = new Float64Array(2 * GRID * GRID);
  for (let i = 0; i < GRID * GRID; i++) {
    points[2 * i] = at(i % GRID);
    points[2 * i + 1] = at(Math.floor(i / GRID));
  }
  return forward(D, points, GRID * GRID).out;
}

const inPlane = ([column, row]) => [column, row].map((i) => -HALF + (2 * HALF * i) / (GRID - 1));

/** PuOr: orange where D says generated, paper at one half, purple where D says data. */
function paintSurface(context, { left, top, side }, scores) {
  const ground = layer(GRID, GRID, 1);
  const image = ground.createImageData(GRID, GRID);
  scores.forEach((score, i) => {
    const at = 4 * ((GRID - 1 - Math.floor(i / GRID)) * GRID + (i % GRID));
    image.data.set(blend(PAPER, score < 0.5 ? NEGATIVE : POSITIVE, 0.5 * Math.abs(2 * score - 1)), at);
    image.data[at + 3] = 255;
  });
  ground.putImageData(image, 0, 0);
  const margin = side / (GRID - 1) / 2; // a grid point is the middle of its pixel
  context.drawImage(ground.canvas, left - margin, top - margin, side + 2 * margin, side + 2 * margin);
}

function each(points, draw) {
  for (let i = 0; i < points.length; i += 2) draw([points[i], points[i + 1]]);
}

function disc(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = withAlpha(DATA, 0.75);
  context.fill();
}

function triangle(context, [x, y], radius) {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + 0.87 * radius, y + radius / 2);
  context.lineTo(x - 0.87 * radius, y + radius / 2);
  context.closePath();
  context.fillStyle = MODEL;
  context.strokeStyle = PAPER;
  context.lineWidth = 1;
  context.stroke();
  context.fill();
}

/** Arrows at the first samples, as long as the pull is strong; returns the mean strength over the shown samples. */
function drawPulls(context, toPixel, game, points) {
  const samples = points.slice(0, 2 * SHOWN);
  const pulls = pull(game, samples);
  let total = 0;
  for (let i = 0; i < SHOWN; i++) {
    const [dx, dy] = [pulls[2 * i], pulls[2 * i + 1]];
    const strength = Math.hypot(dx, dy);
    total += strength / SHOWN;
    const length = Math.min(LONGEST, PER_PULL * strength) / (strength || 1);
    if (i >= ARROWS || length * strength < 0.02) continue;
    const [x, y] = [samples[2 * i], samples[2 * i + 1]];
    arrow(context, toPixel([x, y]), toPixel([x + dx * length, y + dy * length]));
  }
  return total;
}

function arrow(context, [x, y], [toX, toY]) {
  const angle = Math.atan2(toY - y, toX - x);
  const head = Math.min(7, 0.5 * Math.hypot(toX - x, toY - y));
  const barb = (turn) => [toX - head * Math.cos(angle + turn), toY - head * Math.sin(angle + turn)];
  line(context, [[x, y], [toX, toY]], INK, 1.3);
  line(context, [barb(0.5), [toX, toY], barb(-0.5)], INK, 1.3);
}

function noteOutside(context, { map, small }, points) {
  let outside = 0;
  each(points.subarray(0, 2 * SHOWN), ([x, y]) => (outside += Math.abs(x) > HALF || Math.abs(y) > HALF));
  if (!outside) return;
  const note = `${outside} of ${SHOWN} samples outside`;
  write(context, note, map.left + 6, map.top + small * 1.3, { size: small, halo: true });
}

function drawLegend(context, { legend, map, small }) {
  const rows = [
    [(x, y) => disc(context, [x, y], small * 0.3), "data", DATA],
    [(x, y) => triangle(context, [x, y], small * 0.45), "generated", MODEL],
    [(x, y) => arrow(context, [x - small * 0.5, y], [x + small * 0.5, y]), `where G's loss pulls a sample`, INK],
  ];
  let x = legend.left + small * 0.6;
  rows.forEach(([mark, text, color], i) => {
    const [left, y] = i < 2 ? [x, legend.top] : [legend.left + small * 0.6, legend.top + small * 1.35];
    mark(left, y - small * 0.32);
    write(context, text, left + small * 0.8, y, { size: small, color, bold: i < 2 });
    x += Math.max(map.side * 0.35, small * 4.5);
  });
  swatches(context, legend.left, legend.top + small * 2.7, small);
}

function swatches(context, left, y, small) {
  [[NEGATIVE, "D: generated"], [POSITIVE, "D: data"]].forEach(([color, text], i) => {
    const x = left + i * small * 9.2;
    context.fillStyle = withAlpha(color, 0.5);
    context.fillRect(x, y - small * 0.8, small, small);
    write(context, text, x + small * 1.4, y, { size: small });
  });
  line(context, [[left + small * 15.8, y - small * 0.3], [left + small * 17.2, y - small * 0.3]], INK, 1.6);
  write(context, "D = \u00bd", left + small * 17.6, y, { size: small });
}
