import { hatch, layer, line } from "../shared/canvas.js";
import { FAINT, INK, NOISE, PAPER, SOFT, withAlpha } from "../shared/colors.js";
import { badge, clipped, cross, dot, drawCodes, drawKept, drawManifold, scaleMap } from "../shared/map.js";
import { holeField, stripPoints } from "./state.js";

const TILES = 15; // decoded images along each side of the map

/** What lies under the moving marks. */
export function drawGround(context, box, state, cache) {
  const ready = Boolean(state.decode);
  const paint = (ground, local, ratio) => {
    if (state.manifold && ready) drawManifold(ground, local, state, TILES);
    if (state.holes) drawHoles(ground, local, state, ratio);
    if (!state.manifold) drawCodes(ground, local, state);
  };
  drawKept(context, box, state, { cache, key: [state.manifold, state.holes, ready], paint });
}

/** The line or the samples, A and B, and z. */
export function drawMarks(context, box, state) {
  const { toPixel } = scaleMap(box, state);
  const points = stripPoints(state).map(toPixel);
  clipped(context, box, () => {
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
    ? hatch(shade, SOFT, { spacing: 14, ground: withAlpha(PAPER, 0.62) })
    : hatch(shade, NOISE, { spacing: 10, ground: FAINT });
  shade.fillRect(0, 0, side, side);
  context.drawImage(shade.canvas, 0, 0, side, side);
}
