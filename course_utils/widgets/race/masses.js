// The share of each sampler's samples in each mode, beside the mode's true weight.
import { line, write } from "../shared/canvas.js";
import { DATA, INK, SOFT } from "../shared/colors.js";
import { LOOKS, drawMarks } from "./marks.js";

const LABELLED = 16; // modes that have room for a number below

/** A mark for each sampler in each mode, over a line at the mode's weight. */
export function drawMasses(context, { masses: box, small, head }, { session, settings, look }) {
  const { weights } = session.mixture;
  const high = 1.15 * Math.max(...weights, ...look.results.flatMap(({ masses }) => masses));
  const toY = (share) => box.bottom - (share / high) * (box.bottom - box.top);
  const step = (box.right - box.left) / weights.length;
  const wide = box.right - box.left > small * 18;
  const title = wide ? "Share of each mode; line: the truth" : "Shares; line: the truth";
  write(context, title, box.left, box.top - head * 0.45, { size: small, bold: true });
  line(context, [[box.left, box.bottom], [box.right, box.bottom]], SOFT, 1);
  const most = Math.max(...weights);
  const options = { size: small, color: SOFT, align: "right", baseline: "middle" };
  write(context, String(Number(most.toFixed(3))), box.left - 5, toY(most), options);
  write(context, "0", box.left - 5, box.bottom, options);
  const radius = Math.min(small * 0.3, step / 13);
  weights.forEach((weight, k) => {
    const left = box.left + (k + 0.08) * step;
    line(context, [[left, toY(weight)], [left + 0.84 * step, toY(weight)]], INK, 2);
    look.results.forEach(({ sampler, masses }, i) => {
      const x = left + ((i + 0.5) / look.results.length) * 0.84 * step;
      const grown = sampler.name === settings.sampler ? 1.5 : 1;
      drawMarks(context, [[x, toY(masses[k])]], LOOKS[sampler.name], radius * grown, 0.6);
    });
    const below = { size: small, color: DATA, bold: true, align: "center" };
    if (weights.length <= LABELLED) write(context, String(k + 1), left + 0.42 * step, box.bottom + small * 1.15, below);
  });
}
