// The samples over the exact density: six small panels, the last with exact draws, or one sampler large.
import { layer, line, write } from "../shared/canvas.js";
import { INK, PALE, PAPER, SOFT, blend, withAlpha } from "../shared/colors.js";
import { clipped, scaleMap } from "../shared/map.js";
import { fixed } from "../shared/numbers.js";
import { LOOKS, drawMarks } from "./marks.js";
import { SAMPLERS } from "./samplers.js";
import { FINE, POINTS, exactEnds } from "./session.js";

const DRAWS = { name: "draws", label: `${POINTS} exact draws`, short: "exact draws", fresh: true };

/** What each panel shows: a sampler's name, or "draws". */
export function shownIn({ sampler }) {
  return sampler === "all" ? [...SAMPLERS.map(({ name }) => name), "draws"] : [sampler];
}

export function drawPanels(context, place, { session, settings, look }) {
  const names = shownIn(settings);
  place.panels.forEach((box, i) => {
    const result = look.results.find(({ sampler }) => sampler.name === names[i]) ?? { sampler: DRAWS, points: session.draws };
    drawPanel(context, box, { ...place, large: names.length === 1 }, session, result);
  });
}

function drawPanel(context, box, { small, large }, session, { sampler, points, levels, w1, late }) {
  const { toPixel } = scaleMap(box, { center: [0, 0], half: session.half });
  paintDensity(context, box, session.problem);
  clipped(context, box, () => {
    if (large && !sampler.fresh) drawWays(context, points, exactEnds(session, levels[0]), toPixel);
    const at = Array.from({ length: POINTS }, (_, i) => toPixel([points[2 * i], points[2 * i + 1]]));
    drawMarks(context, at, LOOKS[sampler.name], large ? 3 : Math.max(1.9, box.side / 80), large ? 0.8 : 0.5);
  });
  context.strokeStyle = SOFT;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.side, box.side);
  drawTitle(context, box, small, sampler, errorText(w1, late));
}

function errorText(w1, late) {
  if (late) return "\u2026";
  return w1 === undefined ? "" : `W1 ${fixed(w1, 3)}`;
}

/** The mark and the name at the left, the error at the right; each in the longest form that there is room for. */
function drawTitle(context, box, small, sampler, error) {
  const y = box.top - small * 0.4;
  drawMarks(context, [[box.left + small * 0.45, y - small * 0.33]], LOOKS[sampler.name], small * 0.36, 0);
  const start = box.left + small * 1.05;
  context.font = `600 ${small}px system-ui, sans-serif`;
  const widths = [sampler.label, sampler.short].map((text) => context.measureText(text).width);
  const room = box.left + box.words - start - small * 0.5;
  const fits = (name, text) => widths[name] * 1.04 + context.measureText(text).width < room;
  const bare = error.replace("W1 ", "");
  const [name, text] = [[0, error], [0, bare], [1, error], [1, bare]].find((pair) => fits(...pair)) ?? [1, bare];
  write(context, name ? sampler.short : sampler.label, start, y, { size: small, bold: true });
  write(context, text, box.left + box.words, y, { size: small, align: "right" });
}

/** A thin line from where the exact ODE ends to each of the samples. */
function drawWays(context, points, ends, toPixel) {
  for (let i = 0; i < points.length; i += 2) {
    const way = [toPixel([ends[i], ends[i + 1]]), toPixel([points[i], points[i + 1]])];
    line(context, way, withAlpha(INK, 0.45), 1);
  }
}

/** By problem, the density as a canvas, {paper, picture}: it is made once for each paper. */
const PICTURES = new WeakMap();

function paintDensity(context, box, problem) {
  if (PICTURES.get(problem)?.paper !== PAPER) {
    PICTURES.set(problem, { paper: PAPER, picture: pictureOf(problem.density) });
  }
  const margin = box.side / (FINE - 1) / 2; // a grid point is the middle of its pixel
  const whole = box.side + 2 * margin;
  const { picture } = PICTURES.get(problem);
  clipped(context, box, () => context.drawImage(picture, box.left - margin, box.top - margin, whole, whole));
}

function pictureOf(density) {
  const ground = layer(FINE, FINE, 1);
  const image = ground.createImageData(FINE, FINE);
  density.forEach((share, i) => {
    const at = 4 * ((FINE - 1 - Math.floor(i / FINE)) * FINE + (i % FINE));
    image.data.set([...blend(PAPER, PALE, Math.sqrt(share)), 255], at);
  });
  ground.putImageData(image, 0, 0);
  return ground.canvas;
}
