// A square map of two-dimensional codes: its ground, its scale, and the marks on it.
import { layer, line, smaller, write } from "./canvas.js";
import { CLASSES, INK, PAPER, RULE, SOFT } from "./colors.js";
import { drawImage } from "./images.js";
import { minus } from "./numbers.js";
import { gridPoints } from "./points.js";

/** The two maps between codes and pixels; the second axis points up. */
export function scaleMap({ left, top, side }, { center, half }) {
  const perUnit = side / (2 * half);
  return {
    toPixel: ([x, y]) => [left + (x - center[0] + half) * perUnit, top + (center[1] + half - y) * perUnit],
    toValue: ({ x, y }) => [center[0] - half + (x - left) / perUnit, center[1] + half - (y - top) / perUnit],
  };
}

/** Draw the ground of the map, kept in `cache` until its key changes, since it is slow; then frame and scale. */
export function drawKept(context, box, state, { cache, key, paint }) {
  const ratio = context.getTransform().a;
  const full = [box.side, box.size, ratio, key, PAPER].join();
  if (cache.key !== full) {
    const ground = layer(box.side, box.side, ratio);
    paint(ground, { left: 0, top: 0, side: box.side, size: box.size }, ratio);
    Object.assign(cache, { key: full, canvas: ground.canvas });
  }
  context.drawImage(cache.canvas, box.left, box.top, box.side, box.side);
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
  drawScale(context, box, state);
}

/** Draw with nothing reaching beyond the map's square. */
export function clipped(context, { left, top, side }, draw) {
  context.save();
  context.beginPath();
  context.rect(left, top, side, side);
  context.clip();
  draw();
  context.restore();
}

/** Every code as the glyph of its class, in the class's colour. */
export function drawCodes(context, { side, size, left, top }, state) {
  const { toPixel } = scaleMap({ left, top, side }, state);
  const { codes, labels, glyphs } = state;
  const kinds = [...new Set(labels)].sort((a, b) => a - b);
  kinds.forEach((label, kind) => {
    const options = { size: smaller(size, 0.72), color: CLASSES[kind % CLASSES.length], align: "center", baseline: "middle" };
    labels.forEach((other, i) => {
      if (other !== label) return;
      const [x, y] = toPixel([codes[2 * i], codes[2 * i + 1]]);
      write(context, glyphs[label], x, y, options);
    });
  });
}

/** The decoded images of tiles x tiles points, each over its own part of the map. */
export function drawManifold(context, { side }, state, tiles) {
  const tile = side / tiles;
  const half = state.half * (1 - 1 / tiles);
  gridPoints(state.center, half, tiles).forEach((z, i) => {
    const box = { left: (i % tiles) * tile + 1, top: (tiles - 1 - Math.floor(i / tiles)) * tile + 1 };
    drawImage(context, state.decode(z), state.shape, { ...box, width: tile - 2, height: tile - 2 });
  });
}

function drawScale(context, { left, top, side, size }, { center, half }) {
  const small = smaller(size);
  const label = (value) => minus(Number(value.toPrecision(2)));
  const [below, options] = [top + side + small * 1.2, { size: small, color: SOFT }];
  write(context, label(center[0] - half), left, below, options);
  const name = side < 16 * small ? "first \u2192" : "first coordinate of z \u2192";
  write(context, name, left + side / 2, below, { ...options, align: "center" });
  write(context, label(center[0] + half), left + side, below, { ...options, align: "right" });
  write(context, `${label(center[1] + half)} \u2191 second`, left + 4, top + small * 1.1, { ...options, halo: true });
  write(context, label(center[1] - half), left + 4, top + side - 6, { ...options, halo: true });
  const zero = left + ((half - center[0]) / (2 * half)) * side;
  if (zero > left && zero < left + side) line(context, [[zero, top + side - 5], [zero, top + side]], RULE, 1.5);
}

/** A point of ink with a rim of paper. */
export function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
  context.strokeStyle = PAPER;
  context.lineWidth = 1;
  context.stroke();
}

/** A point with its name in a circle beside it, so that the point itself stays visible. */
export function badge(context, text, [pointX, pointY], size) {
  dot(context, pointX, pointY, 4);
  const [x, y] = [pointX + (pointX > 2 * size ? -size : size), pointY + (pointY > 3.6 * size ? -size : size)];
  context.beginPath();
  context.arc(x, y, size * 0.72, 0, 2 * Math.PI);
  context.fillStyle = PAPER;
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.stroke();
  const options = { size: smaller(size, 0.9), align: "center", baseline: "middle", bold: true };
  write(context, text, x, y + 1, options);
}

/** The crosshair at z. */
export function cross(context, [x, y], size) {
  for (const [color, width] of [[PAPER, 6], [INK, 2.5]]) {
    line(context, [[x - size, y], [x + size, y]], color, width);
    line(context, [[x, y - size], [x, y + size]], color, width);
    context.beginPath();
    context.arc(x, y, size * 0.6, 0, 2 * Math.PI);
    context.stroke();
  }
}
