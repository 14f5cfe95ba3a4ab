// How much of the samples belongs to each mode, beside its true weight.
import { hatch, line, write } from "../shared/canvas.js";
import { DATA, INK, PAPER, SOFT } from "../shared/colors.js";
import { LOOKS } from "./samples.js";

const LABELLED = 16; // modes that have room for a number below

/** A bar for each path in each mode, in a frame as high as the mode's weight. */
export function drawMasses(context, { masses: box, small, size }, { weights }, paths, shown) {
  const high = 1.25 * Math.max(...weights, ...shown.flatMap(({ measures }) => measures.shares));
  const toY = (share) => box.bottom - (share / high) * (box.bottom - box.top);
  const step = (box.right - box.left - small * 2.8) / weights.length;
  const left = box.left + small * 2.8;
  const wide = box.right - box.left > small * 29;
  const title = wide ? "Share of the samples in each mode; framed: the truth" : "Mode shares";
  write(context, title, box.left, box.top - size * 0.5, { size: small, bold: true });
  if (!wide) write(context, "framed: the truth", left, box.top + small, { size: small, color: SOFT });
  line(context, [[left, box.bottom], [box.right, box.bottom]], SOFT, 1);
  const most = Math.max(...weights);
  const options = { size: small, color: SOFT, align: "right", baseline: "middle" };
  write(context, String(Number(most.toFixed(3))).replace("0.", "."), left - 4, toY(most), options);
  write(context, "0", left - 4, box.bottom, options);
  const fills = paths.map(({ process }) => fillOf(context, LOOKS[process]));
  const labelled = weights.length <= LABELLED;
  weights.forEach((weight, i) => {
    const slot = { left: left + (i + 0.14) * step, width: 0.72 * step, bottom: box.bottom, toY };
    drawSlot(context, slot, weight, shown.map(({ measures }) => measures.shares[i]), fills);
    const options = { size: small, color: DATA, bold: true, align: "center" };
    if (labelled) write(context, String(i + 1), slot.left + slot.width / 2, box.bottom + small * 1.2, options);
  });
}

/** One mode: a bar for each share, and the frame of its weight. */
function drawSlot(context, { left, width, bottom, toY }, weight, shares, fills) {
  const each = width / shares.length;
  shares.forEach((share, i) => {
    context.fillStyle = fills[i];
    context.fillRect(left + i * each, toY(share), each, bottom - toY(share));
  });
  context.strokeStyle = INK;
  context.lineWidth = 1.6;
  context.strokeRect(left - 2, toY(weight), width + 4, bottom - toY(weight));
}

/** The colour of a path, hatched where it is drawn dashed. */
function fillOf(context, { color, dash }) {
  return dash.length ? hatch(context, PAPER, { ground: color }) : color;
}
