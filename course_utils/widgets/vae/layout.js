import { smaller } from "../shared/canvas.js";
import { DRAW_NAMES } from "./state.js";

const WORDS = 6.5; // of a text's height: how wide the words beside an image are

/** Where everything goes: for each of the two models its map, its decoded image, its strip of nine samples. */
export function layout(width, size, { shape, sampling }, room = Infinity) {
  const tall = shape[1] / shape[2];
  const place = width >= 520 ? wide({ width, size, tall, room }, sampling) : narrow(width, size, tall, sampling);
  return { size, small: smaller(size), ...place };
}

/** Map, map, and the two images one above the other; each strip under its map. */
function wide({ width, size, tall, room }, sampling) {
  const strips = sampling ? size * 2.8 : 0;
  const most = (room - size * 4.8 - strips) / (sampling ? 1 + tall / DRAW_NAMES.length : 1);
  const side = Math.round(Math.min((width * 0.81 - 4 - 2 * size) / 2, most));
  const column = width - 4 - 2 * size - 2 * side;
  const top = size * 1.6;
  const below = top + side + size * 3.2; // the scale and a line of words
  const each = (side + size * 1.6) / 2;
  const beside = each - size * 2.2; // the height of an image that has its words beside it
  const roomy = beside / tall + size * WORDS <= column;
  const height = roomy ? beside : Math.min(column * tall, each - size * 4.6);
  const sides = [0, 1].map((i) => {
    const left = 2 + i * (side + size);
    const imageTop = top + i * each;
    return {
      map: { left, top, side, size },
      words: { left, right: left + side, top: top + side + size * 2.6 },
      image: { left: width - column - 2, top: imageTop, width: height / tall, height, roomy },
      strip: strip(left, below + size * 1.2, side, tall),
    };
  });
  const end = sampling ? below + size * 1.2 + sides[0].strip.side * tall + size * 1.6 : below;
  return { sides, height: end };
}

/** One model above the other, each with its image beside its map. */
function narrow(width, size, tall, sampling) {
  const side = Math.round(width * 0.62);
  const one = strip(2, 0, width - 4, tall);
  const room = sampling ? size * 2.8 + one.side * tall : 0;
  const each = size * 1.6 + side + size * 3.2 + room;
  const sides = [0, 1].map((i) => {
    const top = i * (each + size) + size * 1.6;
    const left = side + size * 0.8;
    const picture = Math.min(width - left - 4, (side - size * 6) / tall);
    return {
      map: { left: 2, top, side, size },
      words: { left: 2, right: width - 2, top: top + side + size * 2.6 },
      image: { left: left + 2, top: top + size * 1.2, width: picture, height: picture * tall },
      strip: { ...one, top: top + side + size * 4.4 },
    };
  });
  return { sides, height: 2 * each + size };
}

function strip(left, top, room, tall) {
  const step = room / DRAW_NAMES.length;
  return { left, top, side: step - 4, step, tall };
}
