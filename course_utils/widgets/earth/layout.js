// Where everything goes: hills, plan, CDFs and potential above one another; W1 and JS beside or below them.
import { line, smaller, write } from "../shared/canvas.js";
import { RULE, SOFT } from "../shared/colors.js";
import { scaleX } from "../shared/densities.js";
import { clamp, fixed } from "../shared/numbers.js";
import { density } from "./math.js";

/** Where everything goes for a canvas of this width; every box is {left, right, top, bottom}. */
export function arrange(width, size, _, tallest = Infinity) {
  const wide = width >= 600;
  const small = smaller(size);
  const right = (wide ? Math.round(width * 0.6) : width) - 8;
  const unit = Math.min(clamp(right * 0.18, 60, 75), (tallest - small * 8.4 - size * 2) / 3.9);
  const stack = (above, gap, height) => ({ left: 6, right, top: above + gap, bottom: above + gap + height });
  const hills = stack(0, small * 1.8, unit * 1.3);
  const plan = stack(hills.bottom, small * 2.5, unit * 0.7);
  const cdf = stack(plan.bottom, small * 2, unit * 0.95);
  const potential = stack(cdf.bottom, small * 2, unit * 0.95);
  const foot = potential.bottom + size * 2;
  const beside = wide ? { left: right + size * 2, right: width - 8 } : { left: 6, right };
  const room = wide ? (foot - small * 1.8) / 2 : unit * 1.3 + size * 3.8;
  const chart = (i) => {
    const top = (wide ? 0 : foot + small * 0.6) + small * 1.8 + i * room;
    return { ...beside, top, bottom: top + room - size * 3.8 };
  };
  const [w1, js] = [chart(0), chart(1)];
  return { size, small, hills, plan, cdf, potential, w1, js, height: wide ? foot : js.bottom + size * 2 };
}

/** How high the hills' axis goes: room for the higher of the two, but the lower never shrinks below a third of it. */
export function topOf({ pPeak, qPeak }) {
  return 1.1 * Math.min(Math.max(pPeak, qPeak), 3 * Math.min(pPeak, qPeak));
}

/** The handles: {name, x, y, bump, width}; a bump is moved by its centre on the axis, its width by a square. */
export function grips({ hills }, state) {
  const { toPixel } = scaleX(hills, state.limits);
  const [top, low] = [topOf(state.look), hills.bottom];
  return ["p", "q"].flatMap((name) => {
    const { means, stds } = state.look[name];
    const squares = [-1, 1].map((side) => {
      const x = (side < 0 ? means[0] : means.at(-1)) + side * stds[0];
      const height = Math.min(density(x, state.look[name]) / top, 0.6);
      return { name, width: side, x: toPixel(x), y: low - height * (low - hills.top) };
    });
    return [...means.map((mean, bump) => ({ name, bump, x: toPixel(mean), y: low })), ...squares];
  });
}

/** The longest of the titles that has room above the box. */
export function heading(context, box, small, titles) {
  const options = { size: small, bold: true };
  write(context, "", box.left, box.top, options); // sets the font that is measured
  const fits = titles.find((title) => context.measureText(title).width <= box.right - box.left) ?? titles.at(-1);
  write(context, fits, box.left, box.top - small * 0.6, options);
}

/** Ticks and numbers below a box at whole numbers that have room, and what the axis is at its right end. */
export function drawAxis(context, { left, right, bottom }, limits, { size, small }, name) {
  const { toPixel } = scaleX({ left, right }, limits);
  const step = right - left > size * 17 ? 2 : 4;
  for (let x = Math.ceil(limits[0] / step) * step; x <= limits[1]; x += step) {
    const pixel = toPixel(x);
    line(context, [[pixel, bottom], [pixel, bottom + 4]], RULE, 1);
    if (pixel < left + small || pixel > right - small * (0.55 * name.length + 1)) continue;
    write(context, fixed(x, 0), pixel, bottom + size * 0.4 + small, { size: small, color: SOFT, align: "center" });
  }
  write(context, name, right, bottom + size * 0.4 + small, { size: small, color: SOFT, align: "right" });
}

export function inside({ left, right, top, bottom }, { x, y }, margin = 0) {
  return x > left - margin && x < right + margin && y > top - margin && y < bottom + margin;
}
