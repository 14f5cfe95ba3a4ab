import { hatch, layer, line, write } from "../shared/canvas.js";
import { INK, CLASSES, PAPER, RULE, SOFT } from "../shared/colors.js";
import { drawImage } from "./images.js";
import { gridPoints } from "./math.js";
import { holeField, stripPoints } from "./state.js";

const TILES = 15; // decoded images along each side of the map

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
