import { smaller, write } from "../shared/canvas.js";

const WIDE = 600;
const ROWS = 4; // factors
const LEAST = 6; // of a picture, in lines of text

/** Where everything goes: the words, then the face, its attention, and beside them or below the judge's table. */
export function layout(width, size, state, room = Infinity) {
  const small = smaller(size);
  const [left, gap, full] = [2, size, width - 4];
  const wide = width >= WIDE;
  const [from, top] = wide ? [left + small * 5.2, 2] : [left, small * 1.7]; // the numbers' name is beside them or above
  const measure = (sentence) => wordBoxes(state.pen, sentence, { left: from, top, right: left + full, size, small });
  const words = measure(state.sentence);
  const titles = Math.max(...measure(state.longest).map((box) => box.top + box.tall)) + size * 1.5;
  const foot = small * 2;
  const step = size * 1.5;
  const rows = { step, height: step * (ROWS + 1) + small * 3.6 };
  const across = wide ? (full - 2 * gap - size * 18) / 2 : (full - gap) / 2;
  const side = Math.floor(Math.max(Math.min(across, room - titles - size * 0.6 - foot), LEAST * size));
  const [face, map] = [0, 1].map((i) => ({
    left: left + i * (side + gap), top: titles + size * 0.6, width: side, height: side,
  }));
  const table = wide
    ? { ...rows, left: left + 2 * (side + gap) + gap, top: titles, width: Math.min(full - 2 * (side + gap) - gap, size * 24) }
    : { ...rows, left, top: face.top + side + foot + size * 1.6, width: full };
  const height = Math.max(face.top + side + foot, table.top + table.height);
  return { size, small, wide, left, words, face, map, table, height };
}

/** A box for each word of the sentence, START before it: {text, left, top, width, height, tall}; tall with its number. */
function wordBoxes(pen, sentence, { left, top, right, size, small }) {
  const [pad, gap] = [size * 0.4, size * 0.3];
  const measured = (text, options) => (write(pen, "", 0, 0, options), pen.measureText(text).width);
  const least = measured("99\u202f%", { size: small, bold: true });
  let [x, y] = [left, top];
  return ["START", ...sentence.split(" ")].map((text) => {
    const width = Math.max(measured(text, { size, bold: true }) + 2 * pad, least);
    if (x + width > right) [x, y] = [left, y + size * 1.8 + small * 1.7];
    const box = { text, left: x, top: y, width, height: size * 1.7, tall: size * 1.7 + small * 1.4 };
    x += width + gap;
    return box;
  });
}
