// How each sampler is told apart: by its colour, the shape of its samples and the dash of its line.
import { DATA, GREEN, INK, MODEL, ORANGE, PAPER, PURPLE } from "../shared/colors.js";

export const LOOKS = {
  ddpm: { get color() { return MODEL; }, shape: "triangle", dash: [2, 3] },
  euler_ancestral: { get color() { return PURPLE; }, shape: "inverted", dash: [7, 3, 2, 3] },
  ddim: { get color() { return GREEN; }, shape: "diamond", dash: [9, 4] },
  heun: { get color() { return ORANGE; }, shape: "square", dash: [14, 3] },
  dpm_solver_pp_2m: { get color() { return INK; }, shape: "disc", dash: [] },
  draws: { get color() { return DATA; }, shape: "plus", dash: [] },
};

const [long, short] = [1.13, 0.65];
const thin = 0.42;
const CORNERS = {
  triangle: [[0, -1.3], [long, short], [-long, short]],
  inverted: [[0, 1.3], [long, -short], [-long, -short]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
  square: [[-0.95, -0.95], [0.95, -0.95], [0.95, 0.95], [-0.95, 0.95]],
  plus: [
    [-thin, -1.3], [thin, -1.3], [thin, -thin], [1.3, -thin], [1.3, thin], [thin, thin], [thin, 1.3], [-thin, 1.3],
    [-thin, thin], [-1.3, thin], [-1.3, -thin], [-thin, -thin],
  ],
};

/** Many marks at once: at is [[x, y], ...] in pixels. */
export function drawMarks(context, at, { color, shape }, radius, rim = 0.7) {
  const path = new Path2D();
  for (const [x, y] of at) addMark(path, x, y, shape, radius);
  context.fillStyle = color;
  context.strokeStyle = PAPER;
  context.lineWidth = 2 * rim;
  context.lineJoin = "round";
  context.stroke(path); // the half of it that lies outside stays
  context.fill(path);
}

function addMark(path, x, y, shape, radius) {
  if (shape === "disc") {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  CORNERS[shape].forEach(([dx, dy], i) => path[i ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
  path.closePath();
}
