import { hatch, line, smaller, write } from "../shared/canvas.js";
import { DATA, FAINT, GREEN, INK, MODEL, NEGATIVE, POSITIVE, PURPLE, SOFT, withAlpha } from "../shared/colors.js";
import { fill, sample, scaleX } from "../shared/densities.js";
import { integrand } from "./math.js";

/** Where everything goes for a canvas of this width: the densities, what is paid below them, the bars. */
export function layout(width, size, showPaid, room = Infinity) {
  const wide = width >= 600;
  const plotWidth = wide ? Math.round(width * 0.6) : width;
  const plotHeight = Math.round(Math.min(Math.max(250, plotWidth * 0.62), room));
  const top = size * 1.9;
  const bottom = plotHeight - size * 2.2;
  const split = showPaid ? top + (bottom - top) * 0.52 : bottom;
  const barsHeight = size * 15;
  return {
    size,
    density: { left: 4, right: plotWidth - 8, top, bottom: split },
    paid: showPaid ? { left: 4, right: plotWidth - 8, top: split + size * 2, bottom } : null,
    axis: bottom,
    bars: wide
      ? { left: plotWidth + size, right: width - 4, top: Math.max(0, (plotHeight - barsHeight) / 2) }
      : { left: 4, right: width - 4, top: plotHeight + size * 0.5 },
    height: wide ? Math.max(plotHeight, barsHeight) : plotHeight + size * 0.5 + barsHeight,
  };
}

/** What each place adds to the divergence that is asked for: up is paid, down is paid back. */
export function drawPaid(context, place, state, total) {
  const { paid, size } = place;
  const { toValue } = scaleX(paid, state.limits);
  const forward = state.integrand === "forward";
  const values = sample(paid, (pixel) => [pixel, integrand(toValue(pixel), state.p, state.q, state.integrand)]);
  const extent = Math.max(0.2, ...values.map(([, value]) => Math.abs(value)));
  const most = Math.max(...values.map(([, value]) => value));
  const least = Math.min(...values.map(([, value]) => value));
  const span = Math.max(0.2, most) - Math.min(-0.05 * extent, least);
  const zero = paid.top + (Math.max(0.2, most) / span) * (paid.bottom - paid.top);
  const toY = (value) => zero - (value / span) * (paid.bottom - paid.top);
  for (const [color, sign] of [[POSITIVE, 1], [NEGATIVE, -1]]) {
    const side = values.map(([x, value]) => [x, toY(sign * Math.max(0, sign * value))]);
    fill(context, side, zero, withAlpha(color, 0.22));
    fill(context, side, zero, hatch(context, color, { rising: sign > 0 }));
  }
  line(context, values.map(([x, value]) => [x, toY(value)]), INK, 1.4);
  line(context, [[paid.left, zero], [paid.right, zero]], SOFT, 1);
  const name = forward ? "p log(p/q)" : "q log(q/p)";
  const sum = `${total.toFixed(2)} nats`;
  const long = paid.right - paid.left > size * 26;
  const title = long ? `${name}: + paid, \u2212 paid back; the sum is ${sum}` : `${name} adds up to ${sum}`;
  write(context, title, paid.left, paid.top - size * 0.6, { size: smaller(size, 0.9), halo: true });
}

/** The four numbers as bars, each on its own fixed scale. */
export function drawBars(context, place, state, numbers) {
  const { bars, size } = place;
  const far = Math.round((state.limits[1] - state.limits[0]) / 2);
  const rows = [
    { name: "KL(p \u2016 q)", value: numbers.forward, full: 5, unit: "nats", color: DATA },
    { name: "KL(q \u2016 p)", value: numbers.reverse, full: 5, unit: "nats", color: MODEL },
    { name: "JS(p, q)", value: numbers.js, full: 0.8, unit: "nats", color: GREEN, mark: Math.LN2 },
    { name: "W1(p, q)", value: numbers.w1, full: far, unit: "units of x", color: PURPLE },
  ];
  rows.forEach((row, i) => drawBar(context, { ...bars, top: bars.top + i * size * 3.75, size }, row));
}

function drawBar(context, { left, right, top, size }, { name, value, full, unit, color, mark }) {
  const small = smaller(size, 0.8);
  const [barTop, barHeight] = [top + size * 1.4, size * 0.85];
  const over = value > full;
  const length = (Math.min(value, full) / full) * (right - left);
  write(context, name, left, top + size, { size, bold: true });
  write(context, `${value.toFixed(value < 100 ? 3 : 0)} ${unit}`, right, top + size, { size, align: "right" });
  context.fillStyle = FAINT;
  context.fillRect(left, barTop, right - left, barHeight);
  context.fillStyle = color;
  context.fillRect(left, barTop, length, barHeight);
  const below = barTop + barHeight + small;
  write(context, "0", left, below, { size: small, color: SOFT });
  const end = over ? `off the scale, past ${full} \u2192` : `${full}`;
  write(context, end, right, below, { size: small, color: over ? INK : SOFT, align: "right" });
  if (mark === undefined) return;
  const x = left + (mark / full) * (right - left);
  line(context, [[x, barTop - 3], [x, barTop + barHeight + 3]], INK, 2);
  write(context, "log 2", x, below, { size: small, align: "right" });
}
