// Axes one below the other, the better end at the right, the families' names below them: for a narrow page.
import { HINT, linesOf } from "./places.js";
import { LIKELIHOOD } from "./state.js";

/** Where everything goes, as layout.js says. */
export function turned(parts) {
  const { width, small, state, pen, line, side, apart } = parts;
  const fits = (text) => pen(text) < width - small;
  const kinds = kindLines(state, fits);
  const tops = [];
  let below = 0;
  for (const name of state.axes) {
    tops.push(below);
    below += line + 2 * side + small * 2.7 + (name === LIKELIHOOD ? kinds.length * line : 0);
  }
  const zone = state.hasNone ? pen("none") + small * 0.8 : 0;
  const [left, right] = [zone + small * 0.6, width - small * 0.8];
  const y = (k) => tops[k] + line + small * 0.7 + side;
  const shift = (family) => apart * family - side;
  const hint = linesOf(`\u25b6 To the right is better. ${HINT}`.split(" "), fits);
  const names = namesBelow(parts, below);
  const hintTop = names.at(-1).top + small * 1.6 + line * 1.3;
  return {
    ...parts, upright: false, kinds, tops, names, hint, hintTop,
    at: (k, share, family) => [left + share * (right - left), y(k) + shift(family)],
    none: (k, family) => [zone / 2, y(k) + shift(family)],
    ends: tops.map((_, k) => [[left, y(k)], [right, y(k)]]),
    shareAt: (point) => (point.x - left) / (right - left),
    slotAt: (point) => Math.max(0, tops.findLastIndex((one) => one <= point.y)),
    heads: tops.map((top) => ({ left: 0, top, width, height: line + small * 0.2 })),
    zones: tops.map((top) => ({ left: 0, top: top + line + small * 0.2, width, height: 2 * side + small * 2.2 })),
    height: hintTop + (hint.length - 0.6) * line,
  };
}

/** A box for each family's name, in as many columns as there is room for. */
function namesBelow({ width, small, named, state: { families } }, from) {
  const columns = Math.max(1, Math.min(families.length, Math.floor((width - 4) / named)));
  return families.map((_, family) => {
    const left = 2 + ((family % columns) * (width - 4)) / columns;
    return { left, top: from + Math.floor(family / columns) * small * 1.6, width: named, height: small * 1.5, family };
  });
}

/** What the numbers of a likelihood are, the families of a kind together, in lines that fit. */
function kindLines({ axes, kinds, families }, fits) {
  if (!axes.includes(LIKELIHOOD) || !Object.keys(kinds).length) return [];
  const groups = [...new Set(Object.values(kinds))].map((kind) => {
    return `${kind}: ${families.filter(({ name }) => kinds[name] === kind).map(({ title }) => title).join(", ")}`;
  });
  return linesOf(groups.join("; ").split(" "), fits);
}
