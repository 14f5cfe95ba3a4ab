import { smaller } from "../shared/canvas.js";
import { results } from "./state.js";

const WIDE = 680;
const LARGEST = 324;

/** Where everything goes: the picture's box, or at the end the columns of the result. */
export function layout(width, size, state, room = Infinity) {
  const small = smaller(size);
  const place = { width, size, small };
  if (state.phase === "done") return { ...place, ...tables(width, small, results(state).length) };
  const [, tall, wide] = state.shape;
  const side = Math.min(width - 8, size * 20, LARGEST, room - size * 3.9);
  const fit = side / Math.max(tall, wide);
  const scale = fit > 1 ? Math.floor(fit) : fit; // whole pixels where the picture is enlarged
  const box = { width: wide * scale, height: tall * scale };
  const top = size * 1.9;
  const frame = { left: (width - side) / 2, top, width: side, height: side };
  const left = Math.round((width - box.width) / 2); // on whole pixels, or the edges blur
  const picture = { ...box, left, top: Math.round(top + (side - box.height) / 2) };
  return { ...place, frame, picture, height: top + side + size * 2 };
}

/** Three tables of `count` rows, {key, top, name, plot, text}, side by side where there is room. */
function tables(width, small, count) {
  const step = small * 1.7;
  const tall = small * 2.2 + count * step + small * 1.8; // a title, the rows, the axis
  const wide = width >= WIDE;
  const at = (left, right) => ({ left: left * width, right: right * width });
  const [rate, apart, time] = ["rate", "dPrime", "seconds"].map((key, i) => ({ key, step, top: wide ? 0 : i * tall }));
  const named = { name: { left: 0, width: (wide ? 0.15 : 0.24) * width } };
  const all = wide
    ? [
        { ...rate, ...named, count: 0.16 * width, plot: at(0.27, 0.41), text: 0.43 * width },
        { ...apart, plot: at(0.64, 0.74), text: 0.755 * width },
        { ...time, plot: at(0.83, 0.91), text: 0.925 * width },
      ]
    : [
        { ...rate, ...named, plot: at(0.26, 0.5), text: 0.53 * width },
        { ...apart, ...named, plot: at(0.26, 0.75), text: 0.8 * width },
        { ...time, ...named, plot: at(0.26, 0.75), text: 0.8 * width },
      ];
  const foot = wide ? tall : 3 * tall;
  return { wide, tables: all, foot, height: foot + small * (wide ? 2.8 : 5.6) };
}
