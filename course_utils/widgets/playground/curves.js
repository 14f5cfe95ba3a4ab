// Losses, modes and JS against steps, with a mark at the step on show.
import { line, write } from "../shared/canvas.js";
import { DATA, GREEN, INK, MODEL, RULE, SOFT } from "../shared/colors.js";
import { clamp, fixed } from "../shared/numbers.js";

const LOSS_RANGE = [-4, 6]; // what is beyond lies on the edge

/** A number with a proper minus sign, which a rounded 0 has not; a dash where there is none yet. */
export function plain(value, digits) {
  return Number.isFinite(value) ? fixed(value, digits) : "\u2013";
}

/** The three panels. */
export function drawCurves(context, place, session, shown) {
  const { records, game } = session;
  const last = Math.max(100, game.step);
  const losses = records.flatMap(({ dLoss, gLoss }) => [dLoss, gLoss]).filter(Number.isFinite);
  const clip = (value) => clamp(value, ...LOSS_RANGE);
  const [low, high] = [Math.min(0, ...losses.map(clip)), Math.max(1.5, ...losses.map(clip))];
  const range = [Math.floor(low + 0.05), Math.ceil(high)]; // a minimax loss just below 0 needs no room
  const beyond = losses.some((value) => value > LOSS_RANGE[1]) ? "+" : "";
  const panels = [
    {
      title: [["D loss", INK, plain(shown.dLoss, 2), "solid"], ["G loss", MODEL, plain(shown.gLoss, 2), "dashed"]],
      range,
      names: [plain(range[0], 0), plain(range[1], 0) + beyond],
      lines: [
        { read: (record) => record.dLoss, color: INK },
        { read: (record) => record.gLoss, color: MODEL, dash: [5, 3] },
      ],
    },
    {
      title: [["Modes covered", DATA, `${shown.modes} of 8`]],
      range: [0, 8],
      lines: [{ read: (record) => record.modes, color: DATA }],
    },
    {
      title: [["JS", GREEN, `${plain(shown.js, 3)} nats`]],
      range: [0, Math.LN2],
      names: ["0", "log 2"],
      lines: [{ read: (record) => record.js, color: GREEN }],
    },
  ];
  panels.forEach((panel, i) => drawPanel(context, place, place.curves[i], panel, { records, last, step: shown.step }));
  drawSteps(context, place, last);
}

/** The record nearest to a point of the curves, or -1 where the point is elsewhere. */
export function recordAt({ curves }, { records, game }, { x, y }) {
  const { left, right } = curves[0];
  if (x < left - 10 || x > right + 10 || y < curves[0].top - 10 || y > curves[2].bottom + 10) return -1;
  const step = ((x - left) / (right - left)) * Math.max(100, game.step);
  const away = (record) => Math.abs(record.step - step);
  return records.reduce((best, record, i) => (away(record) < away(records[best]) ? i : best), 0);
}

function drawPanel(context, { small }, box, { title, range, names, lines }, { records, last, step }) {
  const toX = (value) => box.left + (value / last) * (box.right - box.left);
  const share = (value) => (clamp(value, ...range) - range[0]) / (range[1] - range[0]);
  const toY = (value) => box.bottom - share(value) * (box.bottom - box.top);
  range.forEach((value, i) => {
    line(context, [[box.left, toY(value)], [box.right, toY(value)]], RULE, 1);
    const text = names ? names[i] : plain(value, 0);
    write(context, text, box.left - 4, toY(value), { size: small, color: SOFT, align: "right", baseline: "middle" });
  });
  for (const { read, color, dash } of lines) {
    const known = records.filter((record) => Number.isFinite(read(record)));
    line(context, known.map((record) => [toX(record.step), toY(read(record))]), color, 1.8, dash);
  }
  line(context, [[toX(step), box.top], [toX(step), box.bottom]], SOFT, 1.5, [3, 3]);
  let x = box.left;
  for (const [name, color, value, cue] of title) {
    const text = `${name} ${value}${cue && box.right - box.left > small * 22 ? ` (${cue})` : ""}`;
    write(context, text, x, box.top - small * 0.5, { size: small, color, bold: true });
    x += (box.right - box.left) * 0.52;
  }
}

function drawSteps(context, { curves, small }, last) {
  const { left, right, bottom } = curves[2];
  const y = bottom + small * 1.4;
  write(context, "0", left, y, { size: small, color: SOFT });
  write(context, "steps of G", (left + right) / 2, y, { size: small, color: SOFT, align: "center" });
  write(context, last.toLocaleString("en"), right, y, { size: small, color: SOFT, align: "right" });
}
