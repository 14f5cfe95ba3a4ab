// Axes side by side, the families' names beside the last one: where the axes' names have room for it.
import { spread } from "./math.js";
import { HINT, linesOf, pointOf } from "./places.js";
import { LIKELIHOOD, UP, WORDS } from "./state.js";

const TALLEST = 380; // px, of an axis
const LOW = 24; // lines of text: in less room there is no hint

/** Where everything goes, as layout.js says; null where it is too narrow. */
export function upright(parts) {
  const { width, small, labels, line, side, pen } = parts;
  const named = Math.max(parts.named, pen(UP, true) + small);
  const left = small * 2.6 + side; // the chosen axis has numbers at its left
  const right = width - named - side - small;
  const [gap, extra] = gaps(parts, right - left);
  const arrows = Object.values(WORDS).map((word) => `\u25b2 ${word}`);
  const words = [...labels.flatMap((label) => label.split(" ")), ...arrows];
  const [most, next] = words.map((word) => pen(word)).sort((one, other) => other - one);
  if (gap < (most + next) / 2 + 3) return null;
  const lines = labels.map((label) => linesOf(label.split(" "), (text) => pen(text) <= gap - 3));
  const deep = Math.max(...lines.map((one) => one.length));
  const top = (deep + 2) * line + small * 0.6;
  const x = (k) => left + k * gap + (k > extra.after ? extra.wide : 0);
  const place = { ...parts, upright: true, named, lines, deep, right, top, gap, x, ...heights(parts, top) };
  return { ...place, ...boxes(place), names: namesBeside({ ...place, ...boxes(place) }) };
}

/**
 * [gap, {after, wide}]: how far axes are apart in so much room, and where they are further apart by how much: beside
 * the axis of likelihoods stands what kind of number each is.
 */
function gaps({ state, pen, side, small, labels: { length } }, room) {
  const even = room / (length - 1);
  const needed = Math.max(0, ...Object.values(state.kinds).map((kind) => pen(kind) + 2 * side + small));
  const at = state.axes.indexOf(LIKELIHOOD);
  if (at < 0 || needed <= even || length < 3) return [even, { after: length, wide: 0 }];
  const gap = (room - needed) / (length - 2);
  return [gap, { after: Math.min(at, length - 2), wide: needed - gap }];
}

/** How far down the axes reach, and what is below them, from their top. */
function heights({ width, small, line, state, room, count, pen }, top) {
  const foot = line * 1.2 + (state.hasNone ? line * 2.1 : 0);
  const hint = room < LOW * small ? [] : linesOf(HINT.split(" "), (text) => pen(text) < width - 4);
  const below = foot + line * (hint.length + 0.5);
  const least = Math.max(count * small * 1.5 - foot, small * 8); // room for the names
  const tall = Math.max(least, Math.min(TALLEST, width * 0.4, room - top - below));
  const bottom = top + tall;
  const hintTop = bottom + foot + line * 1.1;
  return { tall, bottom, noneY: bottom + line * 1.9, hint, hintTop, height: bottom + below };
}

function boxes({ x, gap, top, tall, bottom, noneY, small, line, side, apart, labels }) {
  const shift = (family) => apart * family - side;
  const [reach, above] = [Math.min(gap / 2, side + small), top - line - small * 0.4];
  return {
    at: (k, share, family) => [x(k) + shift(family), bottom - share * tall],
    none: (k, family) => [x(k) + shift(family), noneY],
    ends: labels.map((_, k) => [[x(k), bottom], [x(k), top]]),
    shareAt: (point) => (bottom - point.y) / tall,
    slotAt: (point) => {
      const away = labels.map((_, k) => Math.abs(point.x - x(k)));
      return away.indexOf(Math.min(...away));
    },
    heads: labels.map((_, k) => ({ left: x(k) - gap / 2, top: 0, width: gap, height: above })),
    zones: labels.map((_, k) => ({ left: x(k) - reach, top: above, width: 2 * reach, height: bottom + line - above })),
  };
}

/** A box for each family's name, as near as may be to where its line ends. */
function namesBeside(place) {
  const { state, small, named, right, side, top, bottom, noneY } = place;
  const last = state.axes.length - 1;
  const wanted = state.families.map((_, family) => pointOf(place, last, family)[1]);
  const left = right + side + small * 0.9;
  return spread(wanted, small * 1.5, top, state.hasNone ? noneY : bottom).map((y, family) => {
    return { left, top: y - small * 0.75, width: named, height: small * 1.5, family };
  });
}
