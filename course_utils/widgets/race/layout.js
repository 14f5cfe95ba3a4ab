import { smaller } from "../shared/canvas.js";

/** Where everything goes: panels of samples (six small or one large), the curve of errors, the shares of the modes. */
export function layout(width, size, { shown }, room = Infinity) {
  const small = smaller(size);
  const head = Math.round(small * 1.35); // the line above a panel
  const place = { width, size, small, head, room };
  return { ...place, ...(width >= 600 ? wide : narrow)(place, shown) };
}

const TALLEST = 190; // a small panel with the text around it, two rows of which are as tall as a screen likes

/** The panels at the left, the curve and the shares beside them. */
function wide({ width, size, small, head, room }, shown) {
  const gap = size * 0.6;
  const tallest = Math.min(Math.max(TALLEST - 3.2 * small, 130), (room - 0.4 * small - gap) / 2 - head);
  const side = Math.round(Math.min((width * 0.54 - 2 * gap) / 3, tallest));
  const height = 2 * (side + head) + gap;
  const panels = shown === "all"
    ? grid(3, { side, words: Math.max(side, small * 10), gap, head })
    : [{ left: 2, top: head, side: Math.round(height - head), words: Math.round(height - head) }];
  const left = panels.at(-1).left + panels.at(-1).words + size * 3.4;
  const right = width - small * 0.6;
  const split = Math.round(height * 0.66);
  return {
    panels,
    curve: { left, right, top: head, bottom: split - small * 2.6 },
    masses: { left, right, top: split + head, bottom: height - small * 1.1 },
    height: height + small * 0.4,
  };
}

/** One below the other; small panels in two columns. */
function narrow({ width, size, small, head }, shown) {
  const gap = size * 0.6;
  const side = Math.round(shown === "all" ? (width - 4 - gap) / 2 : width - 4);
  const panels = shown === "all" ? grid(2, { side, words: side, gap, head }) : [{ left: 2, top: head, side, words: side }];
  const below = panels.at(-1).top + side + small * 2.4;
  const [left, right] = [small * 3.4, width - small * 0.6];
  const curve = { left, right, top: below, bottom: below + size * 12 };
  const masses = { left, right, top: curve.bottom + small * 4.4, bottom: curve.bottom + small * 4.4 + size * 6 };
  return { panels, curve, masses, height: masses.bottom + small * 1.8 };
}

/** Six panels; each has room for `words` above it, where the panel is narrower than they are. */
function grid(columns, { side, words, gap, head }) {
  return Array.from({ length: 6 }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return { left: 2 + column * (words + gap), top: head + row * (side + head + gap), side, words };
  });
}
