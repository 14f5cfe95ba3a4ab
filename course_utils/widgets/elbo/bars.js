import { hatch, line, write } from "../shared/canvas.js";
import { FAINT, GREEN, INK, MODEL, NOISE, ORANGE, PAPER, PURPLE, RULE, SKY, SOFT, withAlpha } from "../shared/colors.js";
import { clamp, minus } from "../shared/numbers.js";
import { addingUp } from "./math.js";

const DEPTH = 5; // nats below log p(x) that the picture shows
const HEIGHT = 4; // and above it, at most

/** The second bar: what the ELBO is made of; sign: whether the second part is added or taken away. */
export const READINGS = {
  reconstruction: {
    name: "reconstruction \u2212 KL to the prior",
    first: { name: "reconstruction", key: "reconstruction", get color() { return SKY; } },
    second: { name: "KL(q\u2016prior)", key: "toPrior", get color() { return NOISE; }, sign: -1 },
  },
  energy: {
    name: "energy + entropy",
    first: { name: "energy", key: "energy", get color() { return ORANGE; } },
    second: { name: "entropy", key: "entropy", get color() { return PURPLE; }, sign: 1 },
  },
};

/** Two bars on one scale of nats: the ELBO with its gap up to log p(x), and one reading of the ELBO. */
export function drawBars(context, place, state, numbers) {
  const { bars, size, small } = place;
  const reading = READINGS[state.reading];
  const scale = heights(bars, state, numbers);
  drawScale(context, place, scale);
  const [one, two] = bars.columns;
  const gap = { color: MODEL, low: numbers.elbo, high: numbers.evidence };
  drawStack(context, place, scale, one, { base: numbers.elbo, color: GREEN, part: gap });
  const start = numbers[reading.first.key];
  const part = { color: reading.second.color, low: Math.min(start, numbers.elbo), high: Math.max(start, numbers.elbo) };
  if (start > numbers.elbo) part.ground = withAlpha(reading.first.color, 0.35); // taken away from the first
  drawStack(context, place, scale, two, { base: part.low, color: reading.first.color, part });
  if (numbers.elbo > scale.bottom) {
    const y = scale.toY(numbers.elbo);
    line(context, [[one.left, y], [two.right, y]], GREEN, 2, [6, 4]);
  }
  const y = scale.toY(numbers.evidence);
  const room = Math.min(scale.toY(numbers.elbo), scale.toY(scale.bottom) - size * 3) - y;
  if (room > size * 1.8) {
    const options = { size: small, align: "center", baseline: "middle", halo: true };
    write(context, "KL(q\u2016posterior)", (one.left + one.right) / 2, y + room / 2, options);
  }
  line(context, [[bars.left, y], [bars.right, y]], INK, 3);
  write(context, "log p(x), fixed", one.left, y - size * 0.4, { size: small, bold: true, halo: true });
  write(context, "nats", bars.left, bars.top - size * 0.3, { size: small, color: SOFT, align: "right" });
  drawSums(context, place, state, numbers);
}

/** The scale of nats: from DEPTH below log p(x) up to the most that any part can reach, or HEIGHT above. */
function heights(bars, { model }, { evidence }) {
  const most = -Math.log(model.sigma) - 0.5 * Math.log(2 * Math.PI); // log p(x | z) where g(z) = x
  const top = Math.min(evidence + HEIGHT, Math.max(evidence, most)) + 0.2;
  const bottom = evidence - DEPTH;
  const perNat = (bars.bottom - bars.top) / (top - bottom);
  const toY = (value) => bars.bottom - (clamp(value, bottom, top) - bottom) * perNat;
  return { top, bottom, toY };
}

function drawScale(context, { bars, small }, { top, bottom, toY }) {
  for (let nats = Math.ceil(bottom); nats <= top; nats++) {
    const y = toY(nats);
    line(context, [[bars.left - 3, y], [bars.right, y]], FAINT, 1);
    if (y > bars.bottom - small * 0.4) continue;
    const options = { size: small, color: SOFT, align: "right", baseline: "middle" };
    write(context, minus(nats), bars.left - 6, y, options);
  }
}

/** A bar from the bottom of the picture up to `base`, and a hatched part of it or above it. */
function drawStack(context, { size, small }, { top, bottom, toY }, { left, right }, { base, color, part }) {
  const [width, floor] = [right - left, toY(bottom)];
  context.fillStyle = color;
  context.fillRect(left, toY(base), width, floor - toY(base));
  const [high, low] = [toY(part.high), toY(part.low)];
  context.fillStyle = hatch(context, part.color, { spacing: 7, ground: part.ground ?? PAPER });
  context.fillRect(left, high, width, low - high);
  context.strokeStyle = part.color;
  context.lineWidth = 2;
  context.strokeRect(left + 1, high, width - 2, Math.max(0, low - high));
  line(context, [[left, floor], [right, floor]], RULE, 1);
  const middle = (left + right) / 2;
  if (part.high > top) {
    const above = `\u2191 ${minus(part.high.toFixed(1))}`;
    write(context, above, middle, high + size * 1.3, { size, align: "center", bold: true, halo: true });
  }
  if (base > bottom) return;
  const text = `${minus(base.toFixed(base > -1000 ? 1 : 0))} \u2193`;
  write(context, text, middle, floor - size * 1.7, { size, align: "center", bold: true, halo: true });
  write(context, "below", middle, floor - size * 0.5, { size: small, align: "center", halo: true });
}

/** Under each bar its sum in numbers, the total below a line. */
function drawSums(context, place, state, numbers) {
  const { first, second } = READINGS[state.reading];
  const [one, two] = place.bars.sums;
  const [evidence, elbo, gap] = addingUp(numbers.evidence, numbers.elbo, numbers.gap);
  drawSum(context, place, one, [
    { name: "ELBO", text: elbo, color: GREEN },
    { name: "+ gap", text: gap, color: MODEL, hatched: true },
    { name: "log p(x)", text: evidence, color: INK },
  ]);
  const part = second.sign * numbers[second.key];
  const [total, start, rest] = addingUp(numbers.elbo, numbers[first.key], part);
  const signless = rest.replace("\u2212", "");
  const sign = part < 0 ? "\u2212" : "+";
  const name = second.sign > 0 && part < 0 ? `|${second.name}|` : second.name; // an entropy below 0
  drawSum(context, place, two, [
    { name: first.name, text: start, color: first.color },
    { name: `${sign} ${name}`, text: signless, color: second.color, hatched: true },
    { name: "ELBO", text: total, color: GREEN },
  ]);
}

function drawSum(context, { bars, size, small }, { left, right }, rows) {
  rows.forEach(({ name, text, color, hatched }, i) => {
    const y = bars.bottom + size * (1.5 + 1.4 * i + (i === 2 ? 0.3 : 0));
    context.fillStyle = hatched ? hatch(context, color, { spacing: 5, ground: PAPER }) : color;
    context.fillRect(left, y - small * 0.75, small * 0.8, small * 0.8);
    write(context, name, left + small * 1.1, y, { size: small, bold: i === 2 });
    write(context, text, right, y, { size: small, align: "right" });
    if (i === 2) line(context, [[left, y - small * 1.15], [right, y - small * 1.15]], INK, 1);
  });
}
