// The CDFs with the area between them, the best potential, and W1 and JS against the place of q.
import { hatch, line, write } from "../shared/canvas.js";
import { GREEN, INK, PAPER, PURPLE, RULE, SOFT, withAlpha } from "../shared/colors.js";
import { sample, scaleX } from "../shared/densities.js";
import { mixtureCdf } from "../shared/gaussians.js";
import { clamp, fixed } from "../shared/numbers.js";
import { COLORS, DASHES } from "./hills.js";
import { drawAxis, heading } from "./layout.js";
import { CENTRES, signed } from "./state.js";

const LEAST = 3; // units of f that the potential's panel shows at least
const REACH = 1.2; // units of x, of a tangent to either side

/** Both CDFs, and the area between them. */
export function drawCdfs(context, { cdf, small }, { look, limits }) {
  const { toValue } = scaleX(cdf, limits);
  const toY = (share) => cdf.bottom - share * (cdf.bottom - cdf.top);
  const curves = ["p", "q"].map((name) => sample(cdf, (pixel) => [pixel, toY(mixtureCdf(toValue(pixel), look[name]))]));
  const between = new Path2D();
  [...curves[0], ...[...curves[1]].reverse()].forEach(([x, y], i) => (i ? between.lineTo(x, y) : between.moveTo(x, y)));
  for (const style of [withAlpha(PURPLE, 0.25), hatch(context, PURPLE, { rising: false })]) {
    context.fillStyle = style;
    context.fill(between);
  }
  for (const share of [0, 1]) line(context, [[cdf.left, toY(share)], [cdf.right, toY(share)]], RULE, 1);
  line(context, curves[0], COLORS.p, 2.5, DASHES.p);
  line(context, curves[1], COLORS.q, 2.5, DASHES.q);
  const short = ["the CDFs: the area between them", "the CDFs: the area"];
  const starts = ["the CDFs of p and q: the area between them", ...short];
  heading(context, cdf, small, starts.map((start) => `${start} is W1 = ${fixed(look.w1, 3)}`));
}

/** f, and its means under p and q, which are W1 apart. */
export function drawPotential(context, place, { look, limits }) {
  const { potential: box, small } = place;
  const { toPixel } = scaleX(box, limits);
  const { f, low, step, ofP, ofQ } = look.potential;
  const shown = f.map((value, i) => [low + i * step, value]).filter(([x]) => x >= limits[0] && x <= limits[1]);
  const heights = [...shown.map(([, value]) => value), ofP, ofQ];
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const [middle, extent] = [(least + most) / 2, Math.max(LEAST, most - least) * 1.12];
  const toY = (value) => (box.top + box.bottom) / 2 - ((value - middle) / extent) * (box.bottom - box.top);
  const levels = { p: toY(ofP), q: toY(ofQ) };
  for (const name of ["p", "q"]) {
    line(context, [[box.left, levels[name]], [box.right, levels[name]]], COLORS[name], 1.5, DASHES[name]);
  }
  line(context, shown.map(([x, value]) => [toPixel(x), toY(value)]), INK, 2.5);
  nameMeans(context, place, levels, shown.at(-1)[1] > shown[0][1]);
  noteSlope(context, place, shown, toPixel, toY, Object.values(levels));
  drawAxis(context, { ...box, bottom: box.bottom + 4 }, limits, place, "x");
  const titles = ["under p and q are", "are"].map((part) => `the best f: its means ${part} W1 apart`);
  heading(context, box, small, titles);
}

/** Above the mean under p, which is the higher, where f is low; below the mean under q, where f is high. */
function nameMeans(context, { potential: box, small }, levels, rises) {
  for (const [name, below, atLeft] of [["p", -4, rises], ["q", small * 0.95, !rises]]) {
    const options = { size: small, color: COLORS[name], align: atLeft ? "left" : "right", bold: true, halo: true };
    write(context, `under ${name}`, atLeft ? box.left : box.right, levels[name] + below, options);
  }
}

/** The slope in words, at the longest piece of f that has one, beside f and where no mean passes. */
function noteSlope(context, { potential: box, small }, shown, toPixel, toY, levels) {
  const best = longestSlope(shown);
  if (!best) return;
  const [x, value] = shown[best.middle];
  const [first, last] = [Math.min(...levels), Math.max(...levels)];
  const free = (y) => levels.every((level) => level < y - small || level > y + 4);
  const low = toY(value) - 5;
  const above = free(low) ? low : first - 4 - small > box.top ? first - 4 : null;
  const falls = best.slope < 0; // then there is room on the right above it, and on the left below
  const right = falls === (above !== null);
  const options = { size: small, halo: true, align: right ? "left" : "right" };
  write(context, `slope ${signed(best.slope, 0)}`, toPixel(x) + (right ? 5 : -5), above ?? last + small, options);
}

/** {length, middle, slope} of the longest piece of f that rises or falls, or null. */
function longestSlope(shown) {
  let [best, from] = [null, 0];
  const slope = (i) => Math.sign(Math.round((shown[i + 1][1] - shown[i][1]) * 1e6));
  for (let i = 1; i < shown.length - 1; i++) {
    if (i < shown.length - 2 && slope(i) === slope(from)) continue;
    const piece = { length: i - from, middle: (i + from) >> 1, slope: slope(from) };
    if (piece.slope && !(piece.length <= best?.length)) best = piece;
    from = i;
  }
  return best;
}

/** W1 and JS as q is moved along the line, each with where it stands now and its tangent there. */
export function drawAgainst(context, place, state) {
  const { look, q } = state;
  const far = Math.max(...look.against.w1);
  const { places } = look.against;
  const chart = (box, name, row) => drawChart(context, { ...place, box }, q.mean, { name, places, ...row });
  chart(place.w1, "W1", {
    values: look.against.w1, value: look.w1, slope: look.w1Slope, unit: "units", color: PURPLE,
    top: Math.max(2, far * 1.08), levels: [[niceBelow(far), String(niceBelow(far))]],
  });
  chart(place.js, "JS", {
    values: look.against.js, value: look.js, slope: look.jsSlope, unit: "nats", color: GREEN,
    top: 0.8, levels: [[Math.LN2, "log 2"]],
  });
}

function drawChart(context, { box, size, small }, mean, row) {
  const { name, places, values, value, slope, unit, color, top, levels } = row;
  const { toPixel } = scaleX(box, CENTRES);
  const toY = (height) => box.bottom - (height / top) * (box.bottom - box.top);
  line(context, [[box.left, box.bottom], [box.right, box.bottom]], SOFT, 1);
  for (const [level] of levels) line(context, [[box.left, toY(level)], [box.right, toY(level)]], RULE, 1, [4, 4]);
  line(context, places.map((at, i) => [toPixel(at), toY(values[i])]), color, 3);
  for (const [level, label] of levels) { // at the end where the curve is farther away
    const atLeft = Math.abs(values[0] - level) > Math.abs(values.at(-1) - level);
    const options = { size: small, color: SOFT, align: atLeft ? "left" : "right", halo: true };
    const room = toY(level) - box.top > small * 1.3; // above the line; else under it, clear of the heading
    write(context, label, atLeft ? box.left : box.right, toY(level) + small * (room ? -0.3 : 0.95), options);
  }
  const ends = [-REACH, REACH].map((by) => [toPixel(mean + by), toY(value + slope * by)]);
  context.save();
  context.beginPath();
  context.rect(box.left, box.top - 4, box.right - box.left, box.bottom - box.top + 8);
  context.clip();
  line(context, ends, INK, 2);
  context.restore();
  marker(context, toPixel(mean), toY(value), size * 0.4);
  drawAxis(context, box, CENTRES, { size, small }, "mean of q");
  const title = (rest) => `${name} = ${fixed(value, 3)}${rest}, slope ${signed(slope, 3)}`;
  const titles = [title(` ${unit}`), title("")];
  heading(context, box, small, titles);
}

function marker(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = PAPER;
  context.stroke();
}

/** A round number at or below the value, for a level that is easy to read. */
function niceBelow(value) {
  return [1, 2, 5, 10, 15].filter((level) => level <= clamp(value, 1, 100)).at(-1);
}
