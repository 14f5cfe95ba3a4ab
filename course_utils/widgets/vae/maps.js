import { line, smaller, write } from "../shared/canvas.js";
import { CLASSES, INK, NOISE, PAPER, SOFT } from "../shared/colors.js";
import { badge, clipped, cross, dot, drawCodes, drawKept, drawManifold, scaleMap } from "../shared/map.js";
import { outside, radii, toBorder } from "./math.js";
import { DRAW_NAMES } from "./state.js";

const TILES = 11; // decoded images along each side of a map
const ELLIPSES = 30; // posteriors drawn: more would hide one another
const DEVIATIONS = 2;

/** One model's map: codes or decoded images, posterior ellipses, the prior's circles, the samples and z. */
export function drawMap(context, { map, words }, side, state, cache) {
  const { size } = map;
  const small = smaller(size);
  const tiles = state.manifold && Boolean(side.decode);
  const far = outside(side.codes, side.half);
  const notes = [side.logvar && `KL ${side.kl.toFixed(2)} nats`, far.length && `${far.length} outside`];
  write(context, side.name, map.left, map.top - size * 0.5, { size, bold: true });
  const room = (map.side - context.measureText(side.name).width) / size;
  const note = notes.filter(Boolean).slice(0, room < 6.5 ? 0 : map.side < size * 18 ? 1 : 2).join(", ");
  write(context, note, map.left + map.side, map.top - size * 0.5, { size: small, align: "right" });
  const paint = (ground, local) => {
    if (tiles) drawManifold(ground, local, side, TILES);
    else drawCodesOf(ground, local, side, far);
    const { toPixel } = scaleMap(local, side);
    for (const radius of [1, 2]) circle(ground, toPixel([0, 0]), (radius * map.side) / (2 * side.half));
    if (side.logvar && !tiles) drawPosteriors(ground, local, side);
  };
  drawKept(context, map, side, { cache, key: [side.key, state.index, side.half, tiles], paint });
  const { toPixel } = scaleMap(map, side);
  clipped(context, map, () => {
    if (state.sampling) drawSamples(context, state, toPixel, size);
    cross(context, toPixel(state.z), size);
  });
  const count = Math.min(ELLIPSES, side.labels.length);
  const circles = "dashed: N(0, I), 1 and 2 sd";
  const text = side.logvar ? `ellipses: q(z | x), ${DEVIATIONS} sd, ${count} images` : circles;
  write(context, text, words.left, words.top, { size: small, color: SOFT });
}

/** The codes as glyphs, pale under ellipses, and at the border an arrow for each code outside. */
function drawCodesOf(context, box, side, far) {
  context.globalAlpha = side.logvar ? 0.55 : 1;
  drawCodes(context, box, side);
  context.globalAlpha = 0.6;
  const { toPixel } = scaleMap(box, side);
  for (const i of far) arrow(context, toPixel(toBorder(codeOf(side, i), side.half)), box, colorOf(side, i));
  context.globalAlpha = 1;
}

/** The first posteriors as ellipses in their classes' colours. */
function drawPosteriors(context, box, side) {
  const { toPixel } = scaleMap(box, side);
  const perUnit = box.side / (2 * side.half);
  for (let i = 0; i < Math.min(ELLIPSES, side.labels.length); i++) {
    const axes = radii(side.logvar, i, DEVIATIONS).map((radius) => Math.max(1, radius * perUnit));
    context.beginPath();
    context.ellipse(...toPixel(codeOf(side, i)), ...axes, 0, 0, 2 * Math.PI);
    for (const [color, width] of [[PAPER, 4], [colorOf(side, i), 2]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  }
}

function codeOf({ codes }, i) {
  return [codes[2 * i], codes[2 * i + 1]];
}

function colorOf({ labels, kinds }, i) {
  return CLASSES[kinds.indexOf(labels[i]) % CLASSES.length];
}

/** A dashed circle of the prior, seen on any ground. */
function circle(context, [x, y], radius) {
  for (const [color, width, dash] of [[PAPER, 4, []], [NOISE, 2, [7, 5]], [INK, 0.8, [7, 5]]]) {
    const points = Array.from({ length: 91 }, (_, i) => {
      const turn = (i / 90) * 2 * Math.PI;
      return [x + radius * Math.cos(turn), y + radius * Math.sin(turn)];
    });
    line(context, points, color, width, dash);
  }
}

/** The samples by letter, or as dots where the map shows too much for letters. */
function drawSamples(context, state, toPixel, size) {
  state.draws.forEach((z, i) => {
    if (state.half > 1.5 * state.near) dot(context, ...toPixel(z), 4);
    else badge(context, DRAW_NAMES[i], toPixel(z), size * 0.9);
  });
}

/** A small triangle at the border that points to a code outside. */
function arrow(context, [x, y], { side }, color) {
  const turn = Math.atan2(y - side / 2, x - side / 2);
  const corner = (angle, length) => [x + length * Math.cos(turn + angle), y + length * Math.sin(turn + angle)];
  context.beginPath();
  for (const [angle, length] of [[0, 0], [2.7, 9], [-2.7, 9]]) context.lineTo(...corner(angle, length));
  context.closePath();
  context.fillStyle = color;
  context.fill();
}
