// The samples over a pale p_t, the modes they should end on, and the whole path of one of them.
import { line, write } from "../shared/canvas.js";
import { DATA, GREEN, INK, MODEL, NOISE, PALE, PAPER, blend } from "../shared/colors.js";
import { clipped, scaleMap } from "../shared/map.js";
import { nearest } from "../shared/points.js";
import { drawFrame, paintValues } from "./fields.js";
import { FINE, truthAt } from "./session.js";

const paleBlue = (share) => blend(PAPER, PALE, Math.sqrt(share));

/** How each process looks: colour, shape (a second cue), dash of its path, name. */
export const LOOKS = {
  forward: { get color() { return DATA; }, shape: "disc", dash: [], name: "data on the way to noise", short: "data" },
  stochastic: { get color() { return MODEL; }, shape: "triangle", dash: [], name: "stochastic (DDPM)", short: "stochastic" },
  deterministic: { get color() { return GREEN; }, shape: "diamond", dash: [8, 3], name: "deterministic (DDIM)", short: "deterministic" },
};

/** The panel of samples; shown: what is on show of each path; traced: {index, guesses} of the point to follow. */
export function drawSamples(context, { samples: box, size, small }, session, { shown, paths, traced, k, title }) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half: session.half });
  paintValues(context, box, truthAt(session, k).density, FINE, paleBlue);
  clipped(context, box, () => {
    shown.forEach(({ points }, i) => drawPoints(context, points, toPixel, LOOKS[paths[i].process], box.side));
    paths.forEach((path, i) => drawTrace(context, path, shown[i].k, traced.index, toPixel, traced.guesses[i]));
    drawModes(context, session.mixture, toPixel, small);
  });
  drawFrame(context, box);
  write(context, title, box.left, box.top - size * 0.5, { size, bold: true });
  drawLegend(context, box, small, paths.map(({ process }) => LOOKS[process]));
}

/** The index of the point nearest to a place on the canvas, over all paths on show; -1 outside the panel. */
export function pickPoint({ samples: box }, session, shown, { x, y }) {
  if (x < box.left || x > box.left + box.side || y < box.top || y > box.top + box.side) return -1;
  const place = scaleMap(box, { center: [0, 0], half: session.half }).toValue({ x, y });
  const found = shown.map(({ points }) => nearest(points, place));
  return found.reduce((best, one) => (one.distance < best.distance ? one : best)).index;
}

/** A cross and a number at the mean of each component of the data. */
function drawModes(context, { means }, toPixel, small) {
  means.forEach((mean, i) => {
    const [x, y] = toPixel(mean);
    drawPlus(context, [x, y], small * 0.45, [[PAPER, 4.5], [DATA, 2]]);
    if (means.length > 12) return;
    const options = { size: small, color: DATA, bold: true, halo: true, align: "center", baseline: "middle" };
    const away = Math.hypot(...mean) || Infinity; // outwards, and beside a mode in the middle
    const [dx, dy] = away === Infinity ? [1, 0] : [mean[0] / away, mean[1] / away];
    write(context, String(i + 1), x + small * 2.3 * dx, y - small * 2.3 * dy, options);
  });
}

function drawPoints(context, points, toPixel, { color, shape }, side) {
  const shapes = new Path2D();
  const radius = Math.max(2.2, side / 115);
  for (let i = 0; i < points.length; i += 2) addMark(shapes, toPixel([points[i], points[i + 1]]), shape, radius);
  fillMarks(context, shapes, color, 0.7);
}

function fillMarks(context, shapes, color, rim) {
  context.fillStyle = color;
  context.strokeStyle = PAPER;
  context.lineWidth = rim;
  context.fill(shapes);
  context.stroke(shapes);
}

const CORNERS = {
  triangle: [[0, -1.3], [1.13, 0.65], [-1.13, 0.65]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
};

function addMark(path, [x, y], shape, radius) {
  if (shape === "disc") {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  CORNERS[shape].forEach(([dx, dy], i) => path[i ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
  path.closePath();
}

/** The whole path of one point: what it has walked is thick; a grey square at its noise, a ring where it is. */
function drawTrace(context, { process, states }, k, index, toPixel, guess) {
  const { color, shape, dash } = LOOKS[process];
  const at = (state) => toPixel([state[2 * index], state[2 * index + 1]]);
  const known = states.map((state, i) => i).filter((i) => states[i]);
  const walked = known.filter((i) => (process === "forward" ? i <= k : i >= k));
  const steps = (list) => list.map((i) => at(states[i]));
  const more = dash.length ? 0.8 : 0; // a dashed line looks thinner than it is
  line(context, steps(known), PAPER, 3.5);
  line(context, steps(known), color, 1.2 + more, dash);
  line(context, steps(walked), PAPER, 5);
  line(context, steps(walked), color, 2.6 + more, dash);
  const [x, y] = at(states[k]);
  if (guess) drawGuess(context, [x, y], toPixel(guess), color);
  drawStart(context, at(states.at(-1)));
  const mark = new Path2D();
  addMark(mark, [x, y], shape, 5);
  fillMarks(context, mark, color, 1.5);
  context.beginPath();
  context.arc(x, y, 9.5, 0, 2 * Math.PI);
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.stroke();
}

/** The noise that a path starts from (forward: ends on). */
function drawStart(context, [x, y]) {
  context.fillStyle = NOISE;
  context.strokeStyle = INK;
  context.lineWidth = 1.2;
  context.fillRect(x - 4.5, y - 4.5, 9, 9);
  context.strokeRect(x - 4.5, y - 4.5, 9, 9);
}

/** A dotted line to the guess of x_0, which is a cross. */
function drawGuess(context, from, [x, y], color) {
  line(context, [from, [x, y]], INK, 1.4, [2, 3]);
  for (const [tone, width] of [[PAPER, 5], [color, 2.6]]) {
    line(context, [[x - 5, y - 5], [x + 5, y + 5]], tone, width);
    line(context, [[x - 5, y + 5], [x + 5, y - 5]], tone, width);
  }
}

/** What each mark is: the long names where all fit, else the short ones. */
function drawLegend(context, { left, top, side }, small, looks) {
  const y = top + side + small * 1.3;
  const gap = small * 1.6;
  const room = (text) => context.measureText(text).width + gap;
  context.font = `${small}px system-ui, sans-serif`;
  const modes = "modes";
  const needed = looks.reduce((sum, { name }) => sum + room(name), room(modes));
  const entries = looks.map(({ color, shape, name, short }) => [needed < side ? name : short, color, shape]);
  let x = left + small * 0.5;
  for (const [text, color, shape] of [...entries, [modes, DATA, "plus"]]) {
    if (x + room(text) > left + side + gap) return;
    drawKey(context, [x, y - small * 0.33], shape, color, small * 0.36);
    write(context, text, x + small * 0.8, y, { size: small, color });
    context.font = `${small}px system-ui, sans-serif`;
    x += room(text);
  }
}

function drawKey(context, [x, y], shape, color, radius) {
  if (shape === "plus") return drawPlus(context, [x, y], radius, [[color, 2]]);
  const mark = new Path2D();
  addMark(mark, [x, y], shape, radius);
  fillMarks(context, mark, color, 0.7);
}

function drawPlus(context, [x, y], arm, strokes) {
  for (const [color, width] of strokes) {
    line(context, [[x - arm, y], [x + arm, y]], color, width);
    line(context, [[x, y - arm], [x, y + arm]], color, width);
  }
}
