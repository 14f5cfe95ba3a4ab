// How the samples compare with the true conditional and with the tilted density: spread, p(y | x), shares of the modes.
import { line, smaller, write } from "../shared/canvas.js";
import { DATA, MODEL, PAPER, RULE } from "../shared/colors.js";
import { viridis } from "../shared/viridis.js";
import { drawTriangle } from "./plane.js";

const KINDS = ["samples", "conditional", "tilted"];

/** Three titles with a bar for each of the three densities below. */
export function drawBars(context, { bars: box, small }, { session, settings, look }) {
  const rowHeight = box.row;
  const names = { samples: "samples", conditional: `p(x | y = ${settings.label})`, tilted: "p(x) p(y | x)\u02e2" };
  const left = box.left + small * 1.6;
  const from = left + small * 7.9;
  const to = box.right - small * 3.2;
  const blocks = [
    ["Total variance", (one) => [one.variance / session.widest], (one) => one.variance.toFixed(2)],
    [`Mean p(y = ${settings.label} | x)`, (one) => [one.posterior], (one) => one.posterior.toFixed(3)],
  ];
  const several = look.measures.samples.shares.length > 1;
  if (several) blocks.push([`Share of each mode, if all have y = ${settings.label}`, (one) => one.shares, () => ""]);
  let y = box.top + small * 0.9;
  for (const [title, parts, text] of blocks) {
    write(context, title, box.left, y, { size: small, bold: true });
    for (const kind of KINDS) {
      y += rowHeight;
      const row = { from, to, top: y - small * 0.85, height: small * 0.95, small };
      drawKind(context, kind, [box.left + small * 0.6, y - small * 0.35], small);
      write(context, names[kind], left, y, { size: small });
      drawParts(context, kind, row, parts(look.measures[kind]));
      write(context, text(look.measures[kind]), to + small * 0.4, y, { size: small });
    }
    y += rowHeight * 1.25;
  }
}

/** One bar, of several parts laid end to end: each with its number, where it has room. */
function drawParts(context, kind, { from, to, top, height, small }, parts) {
  let x = from;
  parts.forEach((part, i) => {
    const width = Math.min(to - x, Math.max(0, part) * (to - from));
    context.fillStyle = fillOf(context, kind, top, height);
    context.fillRect(x, top, width, height);
    if (parts.length > 1) {
      if (i) line(context, [[x, top], [x, top + height]], PAPER, 2);
      const size = smaller(small, 0.9);
      const options = { size, align: "center", baseline: "middle", color: PAPER, bold: true };
      if (width > small * 1.2) write(context, String(i + 1), x + width / 2, top + height / 2 + 1, options);
    }
    x += width;
  });
  line(context, [[to, top], [to, top + height]], RULE, 1);
}

/** The mark of each density, as it is drawn in the plane. */
function drawKind(context, kind, [x, y], small) {
  const arm = small * 0.5;
  if (kind === "samples") {
    drawTriangle(context, [x, y], arm * 0.8);
  } else if (kind === "conditional") {
    context.strokeStyle = DATA;
    context.lineWidth = 2.2;
    context.beginPath();
    context.ellipse(x, y, arm, arm * 0.7, 0, 0, 2 * Math.PI);
    context.stroke();
  } else {
    context.fillStyle = ramp(context, y - arm * 0.8, arm * 1.6);
    context.fillRect(x - arm, y - arm * 0.8, 2 * arm, 1.6 * arm);
  }
}

function fillOf(context, kind, top, height) {
  return { samples: MODEL, conditional: DATA, tilted: ramp(context, top, height) }[kind];
}

/** The colours of the tilted density, from the peak down. */
function ramp(context, top, height) {
  const gradient = context.createLinearGradient(0, top, 0, top + height);
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    gradient.addColorStop(part, `rgb(${viridis(0.75 - 0.65 * part).map(Math.round).join()})`);
  }
  return gradient;
}
