import { smaller } from "../shared/canvas.js";

/** Where everything goes: A, the mix and B in a row, and under them a strip with one mix for every start. */
export function layout(width, size, { last }, tallest = Infinity) {
  const gap = size;
  const room = Math.min(width - 4, 900);
  const left = 2 + (width - 4 - room) / 2;
  const top = size * 1.7;
  const step = room / (last + 1);
  const side = Math.round(Math.min((room - 2 * gap) / 3, tallest - top - size * 5 - step));
  const stripTop = top + side + size * 3.4;
  return {
    size,
    wide: room > size * 34,
    small: smaller(size),
    pictures: [0, 1, 2].map((i) => ({ left: left + i * (side + gap), top, width: side, height: side })),
    strip: { left, top: stripTop, side: step - 6, step, tall: 1 },
    height: stripTop + step + size * 1.6,
  };
}
