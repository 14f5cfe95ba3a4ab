// The plane: the tilted density as colour, the true conditional as lines, the other labels as thin ones, the samples.
import { layer, write } from "../shared/canvas.js";
import { DATA, MODEL, NOISE, PAPER, SOFT } from "../shared/colors.js";
import { clipped, scaleMap } from "../shared/map.js";
import { strokeAll } from "../shared/stroke.js";
import { viridis } from "../shared/viridis.js";
import { GRID_SIDE } from "./session.js";

const SHADES = 256;
const FADED = 0.25; // shares of the peak below this fade into the paper, so that lines and marks stay visible
const EDGE = 2.15; // standard deviations from a mode to its outermost contour

/** Bytes [4 * SHADES] of the colours from nothing to the peak, darker at first, as viridis is. */
const TABLE = Uint8ClampedArray.from({ length: 4 * SHADES }, (_, i) => {
  const share = Math.floor(i / 4) / (SHADES - 1);
  return i % 4 === 3 ? 255 * Math.min(1, share / FADED) : viridis(0.12 + 0.88 * share)[i % 4];
});

/** The panel; what is on show of it is in the settings. */
export function drawPlane(context, { plane: box, small }, { session, settings, look }) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half: session.half });
  clipped(context, box, () => {
    if (settings.tilted) drawTilted(context, box, look.density);
    const path = (segments) => outline(segments, box);
    strokeAll(context, path(session.otherContours), [[PAPER, 3], [NOISE, 1.4]]);
    if (settings.conditional) strokeAll(context, path(session.contours), [[PAPER, 4], [DATA, 2]]);
    if (settings.samples) drawTriangles(context, look.points, toPixel, Math.max(2.3, box.side / 120));
    drawNames(context, session, box, small);
  });
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
}

function drawTilted(context, box, density) {
  const ground = layer(GRID_SIDE, GRID_SIDE, 1);
  const image = ground.createImageData(GRID_SIDE, GRID_SIDE);
  for (let row = 0; row < GRID_SIDE; row++) {
    for (let column = 0; column < GRID_SIDE; column++) {
      const from = 4 * Math.round(density[row * GRID_SIDE + column] * (SHADES - 1));
      const to = 4 * ((GRID_SIDE - 1 - row) * GRID_SIDE + column);
      for (let c = 0; c < 4; c++) image.data[to + c] = TABLE[from + c];
    }
  }
  ground.putImageData(image, 0, 0);
  const margin = box.side / (GRID_SIDE - 1) / 2; // a grid point is the middle of its pixel
  const whole = box.side + 2 * margin;
  context.drawImage(ground.canvas, box.left - margin, box.top - margin, whole, whole);
}

/** Contour segments in units of the grid as one path. */
function outline(segments, { left, top, side }) {
  const path = new Path2D();
  const per = side / (GRID_SIDE - 1);
  for (const [from, to] of segments) {
    path.moveTo(left + from[0] * per, top + side - from[1] * per);
    path.lineTo(left + to[0] * per, top + side - to[1] * per);
  }
  return path;
}

/** One mark is drawn once and then copied: each keeps its rim in a crowd, and 400 cost little. */
function drawTriangles(context, points, toPixel, radius) {
  const side = Math.ceil(4 * radius);
  const mark = layer(side, side, context.getTransform().a);
  drawTriangle(mark, [side / 2, side / 2], radius);
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = toPixel([points[i], points[i + 1]]);
    context.drawImage(mark.canvas, x - side / 2, y - side / 2, side, side);
  }
}

/** The mark of a sample, in the model's colour with a white rim. */
export function drawTriangle(context, [x, y], radius) {
  const path = new Path2D();
  path.moveTo(x, y - 1.3 * radius);
  path.lineTo(x + 1.13 * radius, y + 0.65 * radius);
  path.lineTo(x - 1.13 * radius, y + 0.65 * radius);
  path.closePath();
  strokeAll(context, path, [[PAPER, 1.1]]);
  context.fillStyle = MODEL;
  context.fill(path);
}

/** The label of each mode; where the chosen one has several, their numbers, over their contours. */
function drawNames(context, { mixture, label, half }, box, small) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half });
  const several = mixture.labels.filter((each) => each === label).length > 1;
  let mode = 0;
  mixture.means.forEach((mean, k) => {
    const mine = mixture.labels[k] === label;
    const [x, y] = toPixel(mean);
    const options = { size: small, color: mine ? DATA : SOFT, bold: mine, halo: true, align: "center" };
    if (!mine) return write(context, `y = ${mixture.labels[k]}`, x, y + small * 0.35, options);
    const edge = (EDGE * mixture.stds[k] * box.side) / (2 * half);
    const above = y - edge - small * 0.35;
    const text = several ? `mode ${++mode}` : `y = ${label}`;
    const taken = mixture.means.map(toPixel).some(([otherX, otherY], other) => (
      other !== k && Math.abs(otherX - x) < small * 3.2 && Math.abs(otherY - above) < small * 1.2
    ));
    write(context, text, x, taken ? y + edge + small * 1.1 : Math.max(above, box.top + small * 1.1), options);
  });
}
