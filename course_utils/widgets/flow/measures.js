// What is measured of the lines, the flow and the samples, as numbers with a bar each; and the shares of the modes.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, RULE, SOFT } from "../shared/colors.js";
import { fixed } from "../shared/numbers.js";
import { PAIRS_SHOWN, pairsText, stepsText } from "./state.js";

const HIGH = { crossings: PAIRS_SHOWN / 2, straightness: 1.5, error: 1, w1: 1 }; // where a bar is full
const LABELLED = 12; // modes that have room for a number below

/** All of it in one column. */
export function drawMeasures(context, { measures: box, size, small }, { session, settings, look }) {
  const { crossings, straightness } = look.round.measures;
  const { error, w1, shares } = look.run.measures;
  const rowHeight = small * 1.42;
  let y = box.top + size * 1.1;
  const title = (text) => {
    write(context, text, box.left, y, { size: small, bold: true });
    y += rowHeight;
  };
  const row = (name, value, share, color) => {
    drawRow(context, { ...box, y, small }, { name, value, share, color });
    y += rowHeight;
  };
  title(`The lines, round ${settings.rounds}`);
  row(pairsText(session), `${crossings}`, crossings / HIGH.crossings, DATA);
  title("The flow (0 is straight)");
  row("straightness", fixed(straightness, 3), straightness / HIGH.straightness, MODEL);
  title(stepsText(settings));
  row("ends off by", fixed(error, 3), error / HIGH.error, MODEL);
  row("W1 to the data", fixed(w1, 3), w1 / HIGH.w1, MODEL);
  title("Mode shares; frames: truth");
  drawShares(context, { ...box, top: y - rowHeight * 0.5, small }, shares, session.truth.weights);
}

function drawRow(context, { left, right, y, small }, { name, value, share, color }) {
  const from = left + small * 9.9;
  const to = right - small * 3.3;
  write(context, name, left + small * 0.6, y, { size: small });
  context.fillStyle = color;
  context.fillRect(from, y - small * 0.8, Math.min(1, Math.max(0, share)) * (to - from), small * 0.85);
  line(context, [[to, y - small * 0.8], [to, y + small * 0.05]], RULE, 1);
  write(context, value, right, y, { size: small, align: "right" });
}

/** A bar for each mode, in a frame as high as its weight. */
function drawShares(context, { left, right, top, bottom, small }, shares, weights) {
  const labelled = weights.length <= LABELLED;
  const base = bottom - (labelled ? small * 1.3 : 2);
  const high = 1.15 * Math.max(...weights, ...shares);
  const toY = (share) => base - (share / high) * (base - top);
  const step = (right - left) / Math.max(weights.length, 3);
  line(context, [[left, base], [right, base]], SOFT, 1);
  weights.forEach((weight, k) => {
    const [x, width] = [left + (k + 0.15) * step, 0.7 * step];
    context.fillStyle = MODEL;
    context.fillRect(x, toY(shares[k]), width, base - toY(shares[k]));
    context.strokeStyle = INK;
    context.lineWidth = 1.6;
    context.strokeRect(x - 2, toY(weight), width + 4, base - toY(weight));
    const options = { size: small, color: DATA, bold: true, align: "center" };
    if (labelled) write(context, String(k + 1), x + width / 2, base + small * 1.15, options);
  });
}
