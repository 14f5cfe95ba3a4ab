// The two densities with the earth on its way between them, and the plan as lines that clods slide down.
import { hatch, line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, NOISE, PAPER, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { fill, sample, scaleX } from "../shared/densities.js";
import { grips, heading, topOf } from "./layout.js";
import { density, onTheWay } from "./math.js";

export const COLORS = { get p() { return DATA; }, get q() { return MODEL; } };
export const DASHES = { p: [], q: [9, 5] };

/** p, q, the earth after its share of the way, and the handles. */
export function drawHills(context, place, state) {
  const { hills, small } = place;
  const { look, limits, moved } = state;
  const { toPixel, toValue } = scaleX(hills, limits);
  const top = topOf(look);
  const toY = (value) => hills.bottom - Math.min(1, value / top) * (hills.bottom - hills.top);
  const way = onTheWay(look.p, look.q, look.fine, moved).map(([x, value]) => [toPixel(x), toY(value)]);
  const half = look.p.means.length > 1 ? way.length / 2 : way.length;
  for (let from = 0; from < way.length; from += half) {
    const part = way.slice(from, from + half); // the earth of one bump: between two there may be none
    for (const style of [withAlpha(NOISE, 0.3), hatch(context, NOISE)]) fill(context, part, hills.bottom, style);
  }
  for (const name of ["p", "q"]) {
    const curve = sample(hills, (pixel) => [pixel, toY(density(toValue(pixel), look[name]))]);
    line(context, curve, COLORS[name], 2.5, DASHES[name]);
  }
  line(context, [[hills.left, hills.bottom], [hills.right, hills.bottom]], SOFT, 1);
  const legend = hills.top - small * 0.6;
  const bold = { size: small, bold: true };
  write(context, "p (solid)", hills.left, legend, { ...bold, color: COLORS.p });
  const gone = `earth, ${Math.round(100 * moved)} %${hills.right - hills.left > small * 26 ? " of the way" : ""}`;
  write(context, gone, (hills.left + hills.right) / 2, legend, { size: small, color: SOFT, align: "center" });
  write(context, "q (dashed)", hills.right, legend, { ...bold, color: COLORS.q, align: "right" });
  drawGrips(context, place, state);
}

/** Discs move p, diamonds q, squares change a width; those of what the arrow keys move come last and are larger. */
function drawGrips(context, place, state) {
  const all = grips(place, state);
  const of = (chosen) => all.filter(({ name }) => (name === state.chosen) === chosen);
  for (const grip of [...of(false), ...of(true)]) {
    const radius = place.size * (grip.name === state.chosen ? 0.52 : 0.4);
    const path = new Path2D();
    if (grip.width) path.rect(grip.x - radius * 0.8, grip.y - radius * 0.8, radius * 1.6, radius * 1.6);
    else if (grip.name === "p") path.arc(grip.x, grip.y, radius, 0, 2 * Math.PI);
    else diamond(path, grip, radius * 1.2);
    context.fillStyle = COLORS[grip.name];
    context.fill(path);
    context.lineWidth = 2;
    context.strokeStyle = PAPER;
    context.stroke(path);
  }
}

function diamond(path, { x, y }, radius) {
  path.moveTo(x, y - radius);
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0]]) path.lineTo(x + dx, y + dy);
  path.closePath();
}

/** The plan: each line carries as much as any other, from p's axis above to q's below. */
export function drawPlan(context, place, state) {
  const { plan, small } = place;
  const { toPixel } = scaleX(plan, state.limits);
  const { coarse } = state.look;
  const y = plan.top + state.moved * (plan.bottom - plan.top);
  for (const [from, to] of coarse) {
    line(context, [[toPixel(from), plan.top], [toPixel(to), plan.bottom]], withAlpha(NOISE, 0.75), 1.2);
  }
  line(context, [[plan.left, plan.top], [plan.right, plan.top]], COLORS.p, 2);
  line(context, [[plan.left, plan.bottom], [plan.right, plan.bottom]], COLORS.q, 2, DASHES.q);
  line(context, [[plan.left, y], [plan.right, y]], RULE, 1, [2, 4]);
  context.fillStyle = INK;
  for (const [from, to] of coarse) {
    context.beginPath();
    context.arc(toPixel((1 - state.moved) * from + state.moved * to), y, Math.max(2.5, small * 0.2), 0, 2 * Math.PI);
    context.fill();
  }
  const most = `the plan: 1/${coarse.length} of the mass a line, and no lines cross`;
  heading(context, plan, small, [most, "the plan: no lines cross"]);
}
