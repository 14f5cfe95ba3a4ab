import { smaller, write } from "../shared/canvas.js";
import { columnsOf } from "./state.js";
import { turned } from "./turned.js";
import { upright } from "./upright.js";

/**
 * Where everything goes: axes side by side where their names have room for it, else one below the other (upright says
 * which). at(k, share, family) and none(k, family): a family's place on the k-th axis, or beside it where it has no
 * number; ends: of each axis, [worse, better]; shareAt(point): how far along an axis; slotAt(point): the nearest axis;
 * heads, zones: boxes of an axis' name and of where it is brushed; names: a box for each family; hint: its lines.
 */
export function layout(width, size, state, room = Infinity) {
  const small = smaller(size);
  const pen = (text, bold = false) => {
    write(state.pen, "", 0, 0, { size: small, bold });
    return state.pen.measureText(text).width;
  };
  const count = state.families.length;
  const apart = Math.min(small * 0.26, (small * 1.7) / count); // two families at an axis, so that none hides another
  const parts = {
    width, size, small, state, room, pen, count, apart, line: small * 1.25, side: (apart * (count - 1)) / 2,
    labels: state.axes.map((name) => columnsOf(state)[name].measure.label),
    named: Math.max(...state.families.map(({ title }) => pen(title))) + small * 2.6,
  };
  return upright(parts) ?? turned(parts);
}
