// The exact density with its score, the learned field beside it, and how far the two are apart.
import { layer, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NOISE, PAPER, SOFT } from "../shared/colors.js";
import { contour } from "../shared/contour.js";
import { clipped, scaleMap } from "../shared/map.js";
import { strokeAll } from "../shared/stroke.js";
import { viridis } from "../shared/viridis.js";
import { FINE, GRID, fieldTime, learnedAt, truthAt } from "./session.js";

const EVERY = 2; // grid points between arrows
const LONGEST = 3; // |epsilon| of an arrow as long as its place allows
const MOST = 1; // |learned - exact| at the bright end of the scale
const LEVEL = 0.01; // of the peak: where the contour of p_t runs

/** The panels of fields at times[k]; the learned ones say so while they are still computed. */
export function drawFields(context, place, session, k) {
  const truth = truthAt(session, k);
  drawExact(context, place, session, truth, fieldTime(session, k));
  if (!place.learned) return;
  const learned = learnedAt(session, k);
  drawLearned(context, place, session, truth, learned);
  drawError(context, place, session, truth, learned);
}

/** Values [side * side], row by row from the lowest y, as colours over a box; colour: value -> [r, g, b]. */
export function paintValues(context, box, values, side, colour) {
  const picture = keptPictures(values).get(colour) ?? pictureOf(values, side, colour);
  keptPictures(values).set(colour, picture);
  const margin = box.side / (side - 1) / 2; // a grid point is the middle of its pixel
  const whole = box.side + 2 * margin;
  clipped(context, box, () => context.drawImage(picture, box.left - margin, box.top - margin, whole, whole));
}

/** By values, {paper, pictures: {colour: canvas}}: a picture is made once for each paper. */
const PICTURES = new WeakMap();

function keptPictures(values) {
  if (PICTURES.get(values)?.paper !== PAPER) PICTURES.set(values, { paper: PAPER, pictures: new Map() });
  return PICTURES.get(values).pictures;
}

function pictureOf(values, side, colour) {
  const ground = layer(side, side, 1);
  const image = ground.createImageData(side, side);
  values.forEach((value, i) => {
    const at = 4 * ((side - 1 - Math.floor(i / side)) * side + (i % side));
    image.data.set(colour(value), at);
    image.data[at + 3] = 255;
  });
  ground.putImageData(image, 0, 0);
  return ground.canvas;
}

/** The border of a panel. */
export function drawFrame(context, { left, top, side }) {
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(left, top, side, side);
}

function drawExact(context, { exact: box, size, small }, session, { density, epsilon }, t) {
  drawGround(context, box, session, { name: "exact", keys: [epsilon] }, (ground, local) => {
    paintValues(ground, local, density, FINE, heat);
    drawArrows(ground, local, session, epsilon, [[INK, 3.4], [PAPER, 1.5]]);
  });
  const caption = `${t === 1 ? "t = 1: " : ""}\u2212\u03b5 = \u03c3 \u00d7 score`;
  finish(context, box, { size, small }, ["exact p and \u2212\u03b5", "exact"], caption);
}

function drawLearned(context, { learned: box, size, small }, session, { density, epsilon }, learned) {
  drawGround(context, box, session, { name: "learned", keys: [epsilon, learned] }, (ground, local) => {
    drawContour(ground, local, density, [[DATA, 1.5]]);
    drawArrows(ground, local, session, epsilon, [[NOISE, 1.2]]);
    if (learned) drawArrows(ground, local, session, learned, [[MODEL, 1.8]]);
  });
  if (!learned) drawWaiting(context, box, small);
  finish(context, box, { size, small }, ["learned \u2212\u03b5", "learned"], "grey: exact");
}

function drawError(context, { error: box, size, small }, session, { density, epsilon }, learned) {
  drawGround(context, box, session, { name: "error", keys: [epsilon, learned] }, (ground, local) => {
    if (!learned) return;
    paintValues(ground, local, errorsOf(learned, epsilon), GRID, errorHeat);
    drawContour(ground, local, density, [[INK, 3.4], [PAPER, 1.5]]);
  });
  if (!learned) drawWaiting(context, box, small);
  finish(context, box, { size, small }, ["error of learned \u03b5", "error"], "");
  drawScale01(context, box, small);
}

/** What a panel shows without its words, kept until one of the keys or its size changes: arrows are slow to draw. */
function drawGround(context, box, { kept }, { name, keys }, paint) {
  const ratio = context.getTransform().a;
  const wanted = [box.side, ratio, PAPER, ...keys];
  if (!kept[name] || wanted.some((key, i) => key !== kept[name].wanted[i])) {
    const ground = layer(box.side, box.side, ratio);
    paint(ground, { left: 0, top: 0, side: box.side });
    kept[name] = { wanted, canvas: ground.canvas };
  }
  context.drawImage(kept[name].canvas, box.left, box.top, box.side, box.side);
}

const heat = (share) => viridis(Math.sqrt(share));
const errorHeat = (value) => viridis(value / MOST);
/** |learned - exact| at each point of the grid. */
function errorsOf(learned, exact) {
  const apart = (_, i) => Math.hypot(learned[2 * i] - exact[2 * i], learned[2 * i + 1] - exact[2 * i + 1]);
  return Float64Array.from({ length: GRID * GRID }, apart);
}

function drawWaiting(context, { left, top, side }, small) {
  const options = { size: small, color: SOFT, align: "center", baseline: "middle", halo: true };
  write(context, "computing\u2026", left + side / 2, top + side / 2, options);
}

/** Frame, title and caption; the short title where the long one has no room. */
function finish(context, box, { size, small }, [long, short], caption) {
  drawFrame(context, box);
  const title = box.side > small * 9.2 ? long : short;
  write(context, title, box.left, box.top - size * 0.5, { size: small, bold: true });
  write(context, caption, box.left, box.top + box.side + small * 1.2, { size: small, color: SOFT });
}

/** The scale of the errors, with its ends. */
function drawScale01(context, { left, top, side }, small) {
  const [y, from, to] = [top + side + small * 0.5, left + small, left + side - small * 2.4];
  const ramp = context.createLinearGradient(from, 0, to, 0);
  for (let i = 0; i <= 8; i++) ramp.addColorStop(i / 8, `rgb(${viridis(i / 8).map(Math.round).join()})`);
  context.fillStyle = ramp;
  context.fillRect(from, y, to - from, small * 0.7);
  write(context, "0", left, y + small * 0.7, { size: small, color: SOFT });
  write(context, `${MOST} +`, left + side, y + small * 0.7, { size: small, color: SOFT, align: "right" });
}

/** Arrows along minus the predicted noise, which is the score times sqrt(1 - alpha-bar); strokes: [colour, width]. */
function drawArrows(context, box, session, epsilon, strokes) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half: session.half });
  const room = (0.95 * EVERY * box.side) / (GRID - 1);
  const arrows = new Path2D();
  for (let row = 1; row < GRID; row += EVERY) {
    for (let column = 1; column < GRID; column += EVERY) {
      const at = 2 * (row * GRID + column);
      const [dx, dy] = [-epsilon[at], epsilon[at + 1]]; // the second axis of the screen points down
      const strength = Math.hypot(dx, dy);
      const length = room * Math.min(1, strength / LONGEST);
      if (length < 1) continue;
      addArrow(arrows, toPixel([session.grid[at], session.grid[at + 1]]), Math.atan2(dy, dx), length);
    }
  }
  strokeAll(context, arrows, strokes);
}

function addArrow(path, [x, y], angle, length) {
  const [toX, toY] = [x + length * Math.cos(angle), y + length * Math.sin(angle)];
  const head = Math.min(5, 0.45 * length);
  path.moveTo(x, y);
  path.lineTo(toX, toY);
  path.moveTo(toX - head * Math.cos(angle + 0.5), toY - head * Math.sin(angle + 0.5));
  path.lineTo(toX, toY);
  path.lineTo(toX - head * Math.cos(angle - 0.5), toY - head * Math.sin(angle - 0.5));
}

/** The line around where p_t is at least LEVEL of its peak. */
function drawContour(context, box, density, strokes) {
  const toPixel = ([column, row]) => [
    box.left + (column / (FINE - 1)) * box.side,
    box.top + box.side - (row / (FINE - 1)) * box.side,
  ];
  const outline = new Path2D();
  for (const [from, to] of contour(density, FINE, LEVEL)) {
    outline.moveTo(...toPixel(from));
    outline.lineTo(...toPixel(to));
  }
  strokeAll(context, outline, strokes);
}
