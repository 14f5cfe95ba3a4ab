// What the point moves over: the plane at a depth, with its density, the lines of a grid, and the points of data.
import { layer, line, write } from "../shared/canvas.js";
import { DATA, GREEN, MODEL, NOISE, ORANGE, PAPER, PURPLE, SOFT, withAlpha } from "../shared/colors.js";
import { scaleMap } from "../shared/map.js";
import { minus } from "../shared/numbers.js";
import { levelsOf, loopsAt, mixed } from "./math.js";

const SHARES = [0.25, 0.5, 0.75, 0.95]; // of the mass within a contour
const LINES = 16; // gaps between the lines of a grid
const coloursOf = () => [DATA, ORANGE, GREEN, PURPLE]; // of the quarters of the data, as in still.py

/** The ground, kept until the depth, what is shown or the size changes, since it is slow. */
export function drawGround(context, box, state) {
  const ratio = context.getTransform().a;
  const key = [state.depth, state.grid, state.density, state.points, box.side, ratio, PAPER].join();
  if (state.ground.key !== key) {
    const ground = layer(box.side, box.side, ratio);
    paint(ground, { left: 0, top: 0, side: box.side }, state);
    state.ground = { key, canvas: ground.canvas };
  }
  context.drawImage(state.ground.canvas, box.left, box.top, box.side, box.side);
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
}

function paint(context, box, state) {
  const scale = scaleMap(box, { center: [0, 0], half: state.half });
  if (state.density) drawDensity(context, scale, state);
  if (state.grid !== "none") drawLines(context, scale, state[state.grid], state.depth);
  if (state.points) drawPoints(context, box, scale, state);
}


/** The numbers along the plane's lower edge and left edge, over all else. */
export function drawTicks(context, { left, top, side }, { half }, small) {
  const { toPixel } = scaleMap({ left, top, side }, { center: [0, 0], half });
  const step = [1, 2, 4, 10, 20, 50, 100].find((each) => half / each < 4) ?? 10 ** Math.ceil(Math.log10(half / 4));
  const most = Math.floor((0.92 * half) / step);
  const options = { size: small, color: SOFT, halo: true };
  for (let value = -step * most; value <= step * most; value += step) {
    const [x, y] = toPixel([value, value]);
    line(context, [[x, top + side - 5], [x, top + side]], SOFT, 1);
    line(context, [[left, y], [left + 5, y]], SOFT, 1);
    write(context, minus(value), x, top + side - 8, { ...options, align: "center" });
    if (value > -step * most) {
      write(context, minus(value), left + 8, y, { ...options, baseline: "middle" });
    }
  }
}

/** What the contours mean. */
export function nameContours(context, { left, top, side }, small) {
  const shares = SHARES.map((share) => 100 * share).join(", ");
  const options = { size: small, color: MODEL, align: "right", halo: true };
  const name = side > small * 22 ? "density: " : "";
  write(context, `${name}${shares} % within`, left + side - 6, top + small * 1.2, options);
}

/** Contours that hold shares of the mass, and what is within them shaded. */
function drawDensity(context, { toPixel }, { flow, depth, logDensity, ...meshes }) {
  const near = depth < flow.count / 2 ? "data" : "noise"; // whose mesh is finer where the mass is
  const { side, stages } = meshes[near];
  const [places, values] = [mixed(stages, depth), mixed(logDensity[near], depth)];
  const some = (array) => array.filter((_, i) => (i % side) % 2 === 0 && Math.floor(i / side) % 2 === 0);
  const masses = some(logDensity.noise.at(-1)).map(Math.exp); // of equal cells of the noise: the flow keeps mass
  const levels = levelsOf(some(mixed(logDensity.noise, depth)), masses, SHARES);
  context.fillStyle = withAlpha(MODEL, 0.11);
  context.strokeStyle = withAlpha(MODEL, 0.85);
  context.lineWidth = 1.4;
  for (const level of levels) {
    const path = new Path2D();
    for (const loop of loopsAt(values, side, level)) {
      loop.forEach(([a, b, share], i) => {
        const at = (axis) => places[2 * a + axis] + share * (places[2 * b + axis] - places[2 * a + axis]);
        path[i ? "lineTo" : "moveTo"](...toPixel([at(0), at(1)]));
      });
      path.closePath();
    }
    context.fill(path, "evenodd");
    context.stroke(path);
  }
}

function drawLines(context, { toPixel }, { side, stages }, depth) {
  const places = mixed(stages, depth);
  const every = (side - 1) / LINES;
  const path = new Path2D();
  for (let first = 0; first < side; first += every) {
    for (const [start, step] of [[first * side, 1], [first, side]]) {
      for (let i = 0; i < side; i++) {
        const at = 2 * (start + i * step);
        path[i ? "lineTo" : "moveTo"](...toPixel([places[at], places[at + 1]]));
      }
    }
  }
  context.strokeStyle = withAlpha(NOISE, 0.6);
  context.lineWidth = 0.9;
  context.stroke(path);
}

/** The points of data: a colour and a mark for each quarter of the plane that they come from. */
function drawPoints(context, box, { toPixel }, { carried, kinds, depth }) {
  const places = mixed(carried, depth);
  const radius = box.side / 115;
  coloursOf().forEach((color, kind) => {
    const path = new Path2D();
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] === kind) markAt(path, kind, ...toPixel([places[2 * i], places[2 * i + 1]]), radius);
    }
    context.fillStyle = color;
    context.fill(path);
  });
}

const CORNERS = [
  null,
  [[0, -1.3], [1.15, 0.75], [-1.15, 0.75]],
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.35], [1.35, 0], [0, 1.35], [-1.35, 0]],
];

/** A disc, a triangle, a square or a diamond. */
function markAt(path, kind, x, y, radius) {
  if (!kind) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  CORNERS[kind].forEach(([dx, dy], i) => path[i ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
  path.closePath();
}
