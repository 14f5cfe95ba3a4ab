import { smaller } from "../shared/canvas.js";

/** Where everything goes for a canvas of this width: the densities over z, the axis of x, the bars and sums. */
export function layout(width, size, _, room = Infinity) {
  const wide = width >= 720;
  const plotWidth = wide ? Math.round(width * 0.57) : width;
  const bottom = Math.min(Math.max(200, plotWidth * 0.52), room - size * 8.9); // the rest is below
  const density = { left: 4, right: plotWidth - 8, top: size * 3.1, bottom };
  const stripTop = density.bottom + size * 4.4;
  const strip = { left: 4, right: plotWidth - 8, top: stripTop, bottom: stripTop + size * 2.4 };
  const below = strip.bottom + size * 2;
  const sums = size * 5.6; // three rows under each bar, with a line above the total
  const left = wide ? plotWidth + size * 0.6 : 4;
  const barsTop = wide ? size * 2.4 : below + size * 3;
  const barsBottom = wide ? below - sums : barsTop + size * 12;
  const start = left + size * 1.75;
  const middle = start + (width - 4 - start) * 0.465; // the second sum has the longer words
  const bars = {
    left: start,
    right: width - 4,
    top: barsTop,
    bottom: barsBottom,
    columns: [{ left: start, right: middle - size * 0.7 }, { left: middle, right: width - 4 }],
    sums: [{ left, right: middle - size * 1.8 }, { left: middle - size, right: width - 4 }], // wider than the bars
  };
  return { size, small: smaller(size), density, strip, bars, height: wide ? below : barsBottom + sums };
}

/** The maps between an axis's values and pixels, left to right. */
export function across({ left, right }, [low, high]) {
  const perUnit = (right - left) / (high - low);
  return { toPixel: (value) => left + (value - low) * perUnit, toValue: (pixel) => low + (pixel - left) / perUnit };
}
