import { hatch, layer, line, write } from "../shared/canvas.js";
import { INK, CLASSES, PAPER, RULE, SOFT } from "../shared/colors.js";
import { drawImage } from "./images.js";
import { gridPoints } from "./math.js";
import { holeField, stripPoints } from "./state.js";

const TILES = 15; // decoded images along each side of the map

/** The two maps between codes and pixels; the second axis points up. */
export function scaleMap({ left, top, side }, { center, half }) {
  const perUnit = side / (2 * half);
  return {
    toPixel: ([x, y]) => [left + (x - center[0] + half) * perUnit, top + (center[1] + half - y) * perUnit],
    toValue: ({ x, y }) => [center[0] - half + (x - left) / perUnit, center[1] + half - (y - top) / perUnit],
  };
}

/** What lies under the moving marks; slow to draw, so it is kept until something about it changes. */
export function drawGround(context, box, state, cache) {
  const ratio = context.getTransform().a;
  const ready = Boolean(state.decode);
  const key = [box.side, box.size, ratio, state.manifold, state.holes, ready].join();
  if (cache.key !== key) {
    const ground = layer(box.side, box.side, ratio);
    const local = { left: 0, top: 0, side: box.side, size: box.size };
    if (state.manifold && ready) drawManifold(ground, local, state);
    if (state.holes) drawHoles(ground, local, state, ratio);
    if (!state.manifold) drawCodes(ground, local, state);
    Object.assign(cache, { key, canvas: ground.canvas });
  }
  context.drawImage(cache.canvas, box.left, box.top, box.side, box.side);
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
  drawScale(context, box, state);
}

/** The line or the samples, A and B, and z. */
export function drawMarks(context, box, state) {
  const { toPixel } = scaleMap(box, state);
  const points = stripPoints(state).map(toPixel);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.side, box.side);
  context.clip();
  if (state.strip === "line") {
    line(context, [points[0], points.at(-1)], PAPER, 5);
    line(context, [points[0], points.at(-1)], INK, 1.8);
    for (const [x, y] of points) dot(context, x, y, 3.5);
    badge(context, "A", points[0], box.size);
    badge(context, "B", points.at(-1), box.size);
  } else {
    points.forEach((point, i) => badge(context, String(i + 1), point, box.size));
  }
  cross(context, toPixel(state.z), box.size);
  context.restore();
}

function drawCodes(context, { side, size, left, top }, state) {
  const { toPixel } = scaleMap({ left, top, side }, state);
  const { codes, labels, glyphs } = state;
  const kinds = [...new Set(labels)].sort((a, b) => a - b);
  kinds.forEach((label, kind) => {
    const options = { size: Math.max(13, size * 0.72), color: CLASSES[kind % CLASSES.length], align: "center", baseline: "middle" };
    labels.forEach((other, i) => {
      if (other !== label) return;
      const [x, y] = toPixel([codes[2 * i], codes[2 * i + 1]]);
      write(context, glyphs[label], x, y, options);
    });
  });
}

function drawManifold(context, { side }, state) {
  const tile = side / TILES;
  const half = state.half * (1 - 1 / TILES);
  gridPoints(state.center, half, TILES).forEach((z, i) => {
    const box = { left: (i % TILES) * tile + 1, top: (TILES - 1 - Math.floor(i / TILES)) * tile + 1 };
    drawImage(context, state.decode(z), state.shape, { ...box, width: tile - 2, height: tile - 2 });
  });
}

function drawHoles(context, { side }, state, ratio) {
  const field = holeField(state);
  const mask = layer(field.side, field.side, 1);
  const pixels = mask.createImageData(field.side, field.side);
  field.values.forEach((distance, i) => {
    const row = field.side - 1 - Math.floor(i / field.side);
    pixels.data[4 * (row * field.side + (i % field.side)) + 3] = distance > state.radius ? 255 : 0;
  });
  mask.putImageData(pixels, 0, 0);
  const shade = layer(side, side, ratio);
  shade.drawImage(mask.canvas, 0, 0, side, side);
  shade.globalCompositeOperation = "source-in";
  shade.fillStyle = state.manifold
    ? hatch(shade, "#4d4d4d", { spacing: 14, ground: "rgba(255, 255, 255, 0.62)" })
    : hatch(shade, "#8c8c8c", { spacing: 10, ground: "#ededed" });
  shade.fillRect(0, 0, side, side);
  context.drawImage(shade.canvas, 0, 0, side, side);
}

function drawScale(context, { left, top, side, size }, { center, half }) {
  const small = Math.max(13, size * 0.85);
  const label = (value) => Number(value.toPrecision(2)).toString().replace("-", "\u2212");
  const [below, options] = [top + side + small * 1.2, { size: small, color: SOFT }];
  write(context, label(center[0] - half), left, below, options);
  write(context, "first coordinate of z \u2192", left + side / 2, below, { ...options, align: "center" });
  write(context, label(center[0] + half), left + side, below, { ...options, align: "right" });
  write(context, `${label(center[1] + half)} \u2191 second`, left + 4, top + small * 1.1, { ...options, halo: true });
  write(context, label(center[1] - half), left + 4, top + side - 6, { ...options, halo: true });
  const zero = left + ((half - center[0]) / (2 * half)) * side;
  if (zero > left && zero < left + side) line(context, [[zero, top + side - 5], [zero, top + side]], RULE, 1.5);
}

function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
  context.strokeStyle = PAPER;
  context.lineWidth = 1;
  context.stroke();
}

/** A point with its name in a circle beside it, so that the point itself stays visible. */
function badge(context, text, [pointX, pointY], size) {
  dot(context, pointX, pointY, 4);
  const [x, y] = [pointX + (pointX > 2 * size ? -size : size), pointY + (pointY > 3.6 * size ? -size : size)];
  context.beginPath();
  context.arc(x, y, size * 0.72, 0, 2 * Math.PI);
  context.fillStyle = PAPER;
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.stroke();
  const options = { size: Math.max(13, size * 0.9), align: "center", baseline: "middle", bold: true };
  write(context, text, x, y + 1, options);
}

function cross(context, [x, y], size) {
  for (const [color, width] of [[PAPER, 6], [INK, 2.5]]) {
    line(context, [[x - size, y], [x + size, y]], color, width);
    line(context, [[x, y - size], [x, y + size]], color, width);
    context.beginPath();
    context.arc(x, y, size * 0.6, 0, 2 * Math.PI);
    context.stroke();
  }
}
