/** Where everything goes: A, the mix and B in a row, and under them a strip with one mix for every start. */
export function layout(width, size, { last }) {
  const gap = size;
  const room = Math.min(width - 4, 900);
  const left = 2 + (width - 4 - room) / 2;
  const side = Math.round((room - 2 * gap) / 3);
  const top = size * 1.7;
  const step = room / (last + 1);
  const stripTop = top + side + size * 3.4;
  return {
    size,
    wide: room > size * 34,
    small: Math.max(13, size * 0.85),
    pictures: [0, 1, 2].map((i) => ({ left: left + i * (side + gap), top, width: side, height: side })),
    strip: { left, top: stripTop, side: step - 6, step, tall: 1 },
    height: stripTop + step + size * 1.6,
  };
}
