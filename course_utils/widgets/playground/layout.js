import { smaller } from "../shared/canvas.js";

/** Where everything goes for a canvas of this width: the map, its legend, and three curves beside or below it. */
export function layout(width, size, _, room = Infinity) {
  const wide = width >= 600;
  const small = smaller(size);
  const rows = 3.2; // of the legend, with room below
  const under = small * (1.5 + rows * 1.35);
  const side = Math.round(wide ? Math.min(width * 0.55, room - under) : width - 4);
  const map = { left: 2, top: 2, side };
  const legend = { left: 2, top: side + small * 1.5 };
  const left = wide ? Math.max(side + size * 1.2, small * 21) : 2; // right of the legend
  const below = side + under;
  const top = wide ? 2 : below;
  const height = wide ? (below - small) / 3 : size * 8.5;
  const curves = [0, 1, 2].map((i) => ({
    left: left + small * 2.6,
    right: width - 6,
    top: top + i * height + small * 1.8,
    bottom: top + (i + 1) * height - small * (i === 2 ? 1.6 : 0.7),
  }));
  return { size, small, map, legend, curves, height: wide ? below : top + 3 * height };
}
