// The two panels of paths: lines that cross at the left, the flow of their average at the right.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NOISE, PAPER, SOFT, withAlpha } from "../shared/colors.js";
import { clipped } from "../shared/map.js";
import { chartOf, drawGround } from "./chart.js";
import { between, stateAt } from "./math.js";
import { shownOf } from "./session.js";

const DOTTED = 12; // so many steps at most have a dot each
const TO_COME = 0.28; // how strong a path is that lies ahead of the time

/** The conditional lines, each from a noise point to its data point. */
export function drawLines(context, { lines: box, size, small }, { session, settings, look }) {
  const { starts, ends } = look.round;
  const chart = chartOf(box, session);
  const title = settings.rounds === 0 ? "Lines: noise to data" : "Lines: noise to its end";
  write(context, title, box.left, box.top - size * 0.5, { size: small, bold: true, color: DATA });
  if (session.dim === 2) drawLegend(context, box, small, "\u25cb noise  \u25cf data  \u25a0 at t");
  drawGround(context, box, small, { session, settings });
  const t = settings.t;
  const pathOf = (i, from, to) => [from, to].map((time) => chart.at(between(starts, ends, time), i, time));
  clipped(context, box, () => {
    drawPaths(context, count(starts, session), settings, { color: DATA, pathOf });
    drawEnds(context, chart, session, starts, ends, box);
    const now = between(starts, ends, t);
    each(now, session, (i) => drawSquare(context, chart.at(now, i, t), mark(box), i === settings.traced));
  });
}

/** The flow of the average velocity: the exact one thin, that of the chosen steps strong. */
export function drawFlow(context, { flow: box, size, small }, { session, settings, look }) {
  const { fine, states, starts } = look;
  const chart = chartOf(box, session);
  const title = look.field === "exact" ? "Theirs (dashed: exact)" : "Yours (dashed: fine)";
  write(context, title, box.left, box.top - size * 0.5, { size: small, bold: true, color: MODEL });
  if (session.dim === 2) drawLegend(context, box, small, "\u25cb noise  \u25b2 at t");
  drawGround(context, box, small, { session, settings }, look.run.states.at(-1));
  const through = (path, i, from, to) => partOf(path, from, to).map(([points, time]) => chart.at(points, i, time));
  clipped(context, box, () => {
    each(starts, session, (i) => line(context, through(fine, i, 0, 1), NOISE, 1.1, [4, 3]));
    const pathOf = (i, from, to) => through(states, i, from, to);
    drawPaths(context, count(starts, session), settings, { color: MODEL, pathOf });
    if (states.length - 1 <= DOTTED) drawStops(context, chart, session, states);
    drawEnds(context, chart, session, starts, null, box);
    const now = stateAt(states, settings.t);
    each(now, session, (i) => drawTriangle(context, chart.at(now, i, settings.t), mark(box), i === settings.traced));
  });
}

/** In the plane there is room under a panel for what its marks mean. */
function drawLegend(context, { left, top, side }, small, text) {
  write(context, text, left, top + side + small * 1.15, { size: small, color: SOFT });
}

const count = (points, { dim }) => points.length / dim;
const mark = ({ side }) => Math.max(2.6, side / 95);

function each(points, session, draw) {
  for (let i = 0; i < count(points, session); i++) draw(i);
}

/** The states of a path between two times, each with its time; the ends lie between steps. */
function partOf(states, from, to) {
  const steps = states.length - 1;
  const inner = states.map((points, k) => [points, k / steps]).filter(([, time]) => time > from && time < to);
  return [[stateAt(states, from), from], ...inner, [stateAt(states, to), to]];
}

/** All paths, faint beyond the time; the traced one last, in black with a rim. */
function drawPaths(context, n, { t, traced }, { color, pathOf }) {
  for (let i = 0; i < n; i++) {
    if (i === traced) continue;
    if (t < 1) line(context, pathOf(i, t, 1), withAlpha(color, TO_COME), 1.2);
    if (t > 0) line(context, pathOf(i, 0, t), withAlpha(color, 0.85), 1.5);
  }
  line(context, pathOf(traced, 0, 1), PAPER, 5);
  if (t < 1) line(context, pathOf(traced, t, 1), SOFT, 1.6);
  if (t > 0) line(context, pathOf(traced, 0, t), INK, 2.8);
}

/** Noise as open circles, data (where there are any) as dots. */
function drawEnds(context, chart, session, starts, ends, box) {
  const radius = mark(box) * 0.8;
  const circle = ([x, y], color, filled) => {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = filled ? color : PAPER;
    context.fill();
    context.strokeStyle = filled ? PAPER : color;
    context.lineWidth = filled ? 0.8 : 1.4;
    context.stroke();
  };
  each(starts, session, (i) => circle(chart.at(starts, i, 0), NOISE, false));
  if (ends) each(ends, session, (i) => circle(chart.at(ends, i, 1), DATA, true));
}

/** Where the steps end. */
function drawStops(context, chart, session, states) {
  context.fillStyle = MODEL;
  states.slice(1).forEach((points, k) => {
    each(points, session, (i) => {
      const [x, y] = chart.at(points, i, (k + 1) / (states.length - 1));
      context.fillRect(x - 1.3, y - 1.3, 2.6, 2.6);
    });
  });
}

function finish(context, color, strong) {
  context.fillStyle = strong ? INK : color;
  context.strokeStyle = PAPER;
  context.lineWidth = 1.1;
  context.fill();
  context.stroke();
}

function drawSquare(context, [x, y], radius, strong) {
  const arm = strong ? radius * 1.5 : radius;
  context.beginPath();
  context.rect(x - arm, y - arm, 2 * arm, 2 * arm);
  finish(context, DATA, strong);
}

function drawTriangle(context, [x, y], radius, strong) {
  const arm = strong ? radius * 1.6 : radius * 1.1;
  context.beginPath();
  for (const [dx, dy] of [[0, -1.3], [1.13, 0.65], [-1.13, 0.65]]) context.lineTo(x + dx * arm, y + dy * arm);
  context.closePath();
  finish(context, MODEL, strong);
}

/** The shown point nearest to the pointer at the time on show, in either panel. */
export function pickPoint({ lines, flow }, { session, settings, look }, { x, y }) {
  const { t } = settings;
  const inside = ({ left, top, side }) => x >= left && x <= left + side && y >= top && y <= top + side;
  const box = [lines, flow].find(inside);
  if (!box) return -1;
  const points = box === lines ? between(look.round.starts, look.round.ends, t) : stateAt(look.states, t);
  const chart = chartOf(box, session);
  const distances = Array.from({ length: count(points, session) }, (_, i) => {
    const [px, py] = chart.at(points, i, t);
    return (px - x) ** 2 + (py - y) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}

/** The shown points of all states of a path. */
export const shownStates = (states, dim) => states.map((points) => shownOf(points, dim));
