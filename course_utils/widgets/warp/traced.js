// The traced point: its whole way over the stages, where it is now, and the way back of its other end.
import { line, write } from "../shared/canvas.js";
import { INK, MODEL, PAPER, SOFT } from "../shared/colors.js";
import { clipped, dot, scaleMap } from "../shared/map.js";
import { stageBelow } from "./math.js";

const APART = 0.4; // of the small text: ends nearer than that share one letter

export function drawTraced(context, { plane, small }, { look, half, depth, way: held }) {
  const { toPixel } = scaleMap(plane, { center: [0, 0], half });
  const [stages, back] = [look.way.stages, look.returned.stages].map((all) => all.map(toPixel));
  const [stage] = stageBelow(depth, stages.length - 1);
  const now = toPixel(look.place);
  clipped(context, plane, () => {
    line(context, back, MODEL, 3, [5, 4]); // seen only where it differs from the way
    line(context, stages, PAPER, 5);
    line(context, stages, SOFT, 1.6, [3, 3]);
    line(context, [...stages.slice(0, stage + 1), now], PAPER, 5);
    line(context, [...stages.slice(0, stage + 1), now], INK, 2.4);
    for (const [x, y] of stages.slice(1, -1)) dot(context, x, y, plane.side / 150);
    drawDiamond(context, toPixel(look.again), small * 0.75, MODEL);
    for (const end of [stages[0], stages.at(-1)]) drawRing(context, end, small * 0.4);
    nameEnds(context, plane, stages, small, held);
    drawNow(context, now, small * 0.52);
  });
}

function drawRing(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = PAPER;
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 2;
  context.stroke();
}

function drawNow(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
  context.strokeStyle = PAPER;
  context.lineWidth = 2.5;
  context.stroke();
}

/** Where the way back ends: around the point that was held, if all is well. */
function drawDiamond(context, [x, y], radius, color) {
  const corners = [[0, -radius], [radius, 0], [0, radius], [-radius, 0], [0, -radius], [radius, 0]];
  line(context, corners.map(([dx, dy]) => [x + dx, y + dy]), color, 2);
}

/** "x" and "z" beside the ends that are in the plane, away from one another; the held one is bold. */
function nameEnds(context, { left, top, side }, stages, small, held) {
  const ends = [stages[0], stages.at(-1)];
  const apart = Math.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]);
  const options = { size: small * 1.1, halo: true, align: "center", baseline: "middle" };
  const outside = ([x, y]) => x < left || x > left + side || y < top || y > top + side;
  if (apart < APART * small) {
    if (!outside(ends[0])) write(context, "x, z", ends[0][0], ends[0][1] - small * 1.3, options);
    return;
  }
  ends.forEach(([x, y], i) => {
    if (outside([x, y])) return;
    const [dx, dy] = [0, 1].map((axis) => ((ends[i][axis] - ends[1 - i][axis]) / apart) * small * 1.35);
    write(context, i ? "z" : "x", x + dx, y + dy, { ...options, bold: (held === "back") === (i === 1) });
  });
}
