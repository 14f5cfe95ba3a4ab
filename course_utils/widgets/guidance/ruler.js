// The guidance scale as a ruler over the picture: where no guidance is, and where grids were made.
import { line, write } from "../shared/canvas.js";
import { INK, MODEL, PAPER, SOFT } from "../shared/colors.js";
import { minus } from "../shared/numbers.js";
import { LAST, MEANINGS, bothScales, formulaText, shownScale } from "./state.js";

/** The heading, the convention and the ruler. */
export function drawRuler(context, place, { settings, given }) {
  const { size, small, head, formula, ruler } = place;
  write(context, headingOf(settings, given), 2, head, { size, bold: true });
  write(context, formulaText(settings), formula.x, formula.y, { size: small, align: formula.align, color: SOFT });
  const toX = (scale) => ruler.left + (scale / LAST) * (ruler.right - ruler.left);
  line(context, [[toX(0), ruler.y], [toX(LAST), ruler.y]], SOFT, 2);
  const named = toX(1) - toX(0) > small * (settings.convention === "s" ? 6 : 7.1); // a sign is longer
  const names = named ? { 0: "uncond", 1: "cond" } : {};
  for (let scale = 0; scale <= LAST; scale++) {
    line(context, [[toX(scale), ruler.y - 4], [toX(scale), ruler.y + 4]], SOFT, 1.5);
    const shown = settings.convention === "s" ? scale : scale - 1;
    const text = [minus(shown), names[scale]].filter(Boolean).join(": ");
    const first = scale === 0 && named;
    const options = { size: small, color: SOFT, align: first ? "left" : "center" };
    write(context, text, first ? toX(0) - size * 0.6 : toX(scale), ruler.y + small * 1.35, options);
  }
  if (settings.view === "digits") drawMade(context, given.grids.scales, shownScale(settings, given), toX, ruler.y);
  drawHandle(context, toX(settings.scale), ruler.y, size * 0.5);
}

function headingOf(settings, given) {
  const more = MEANINGS[settings.scale]?.split(",")[0]; // the first words: a narrow picture has no room for all
  if (settings.view === "digits") return `${bothScales(settings)}; on show: s = ${shownScale(settings, given)}`;
  return more ? `${bothScales(settings)}: ${more}` : bothScales(settings);
}

/** A diamond where a grid was made, filled where it is on show. */
function drawMade(context, scales, shown, toX, y) {
  for (const scale of scales) {
    const [x, arm] = [toX(scale), 6];
    context.beginPath();
    for (const [dx, dy] of [[0, -arm], [arm, 0], [0, arm], [-arm, 0]]) context.lineTo(x + dx, y + dy);
    context.closePath();
    context.fillStyle = scale === shown ? MODEL : PAPER;
    context.strokeStyle = MODEL;
    context.lineWidth = 1.8;
    context.fill();
    context.stroke();
  }
}

/** A black triangle that points at the scale. */
function drawHandle(context, x, y, arm) {
  context.beginPath();
  for (const [dx, dy] of [[0, -2], [arm, -2 - 1.15 * arm], [-arm, -2 - 1.15 * arm]]) context.lineTo(x + dx, y + dy);
  context.closePath();
  context.fillStyle = INK;
  context.strokeStyle = PAPER;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
}
