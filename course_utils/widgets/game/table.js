// The end: for each model three marks on three axes, with their numbers beside them.
import { line, write } from "../shared/canvas.js";
import { DATA, MODEL, RULE, SOFT } from "../shared/colors.js";
import { fixed } from "../shared/numbers.js";
import { shortened, wrapped } from "./screens.js";
import { countText, dPrimeText, rateText, results, secondsText } from "./state.js";

const HINT =
  "Dashed: how often real pictures were called fake. A model whose pictures are called fake no more often than " +
  "that is not told apart, and its d\u2032 is near 0.";

/** What each table shows: its title, its number, the ends of its axis and the tick between them. */
const KINDS = {
  rate: {
    title: "Called fake, 95 % interval",
    text: rateText,
    ends: () => [0, 1],
    tick: (share) => `${fixed(100 * share, 0)} %`,
  },
  dPrime: {
    title: "d\u2032",
    text: dPrimeText,
    ends: (values) => [Math.min(0, Math.floor(Math.min(...values))), Math.max(2, Math.ceil(Math.max(...values)))],
    tick: (value) => fixed(value, 0),
  },
  seconds: {
    title: "Median time",
    text: secondsText,
    ends: (values) => [0, Math.max(1, Math.ceil(Math.max(...values)))],
    tick: (value) => `${fixed(value, 0)} s`,
  },
};

export function drawResults(context, place, state) {
  const rows = results(state);
  for (const table of place.tables) drawTable(context, place, table, rows);
  const options = { size: place.small, color: SOFT };
  wrapped(context, HINT, 0, place.foot + place.small, place.width, options);
}

function drawTable(context, { small }, table, rows) {
  const { title, text, ends, tick } = KINDS[table.key];
  const values = rows.map((row) => row[table.key]).filter((value) => value !== null);
  const [low, high] = ends(values.length ? values : [0]);
  const { left, right } = table.plot;
  const toX = (value) => left + ((value - low) / (high - low)) * (right - left);
  const first = table.top + small * 2.2;
  const bottom = first + rows.length * table.step;
  write(context, title, table.name?.left ?? left, table.top + small * 1.1, { size: small, bold: true });
  line(context, [[left, bottom], [right, bottom]], RULE, 1);
  if (low < 0) line(context, [[toX(0), first], [toX(0), bottom]], RULE, 1);
  if (table.key === "rate" && rows[0].n) {
    const alarms = toX(rows[0].rate);
    line(context, [[alarms, first], [alarms, bottom]], DATA, 1.5, [4, 3]);
  }
  rows.forEach((row, i) => {
    const y = first + (i + 0.5) * table.step;
    const options = { size: small, baseline: "middle" };
    write(context, "", 0, y, options); // sets the font that is measured
    if (table.name) {
      const name = shortened(context, row.name ?? "real pictures", table.name.width);
      write(context, name, table.name.left, y, options);
    }
    if (table.count) write(context, countText(row), table.count, y, options);
    write(context, text(row), table.text, y, options);
    if (row[table.key] !== null) drawMark(context, row, table.key, toX, y, small);
  });
  const axis = { size: small, color: SOFT };
  write(context, tick(low), left, bottom + small * 1.3, axis);
  write(context, tick(high), right, bottom + small * 1.3, { ...axis, align: "right" });
}

/** A disc for the real pictures, a square for a model's; a bar from 0, or the interval around a rate. */
function drawMark(context, row, key, toX, y, small) {
  const color = row.name === null ? DATA : MODEL;
  const x = toX(row[key]);
  const [from, to] = key === "rate" ? [toX(row.low), toX(row.high)] : [toX(0), x];
  line(context, [[from, y], [to, y]], color, 3);
  const half = small * 0.36;
  context.fillStyle = color;
  context.beginPath();
  if (row.name === null) context.arc(x, y, half, 0, 2 * Math.PI);
  else context.rect(x - half, y - half, 2 * half, 2 * half);
  context.fill();
}
