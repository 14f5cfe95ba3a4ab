// What both layouts need: where a family is on an axis, and text in lines.
import { shareOf } from "./math.js";
import { columnsOf } from "./state.js";

export const HINT = "Drag along an axis to brush a range of it, drag its name to move the axis.";

/** Where a family is on the k-th axis: at the mean over its seeds, or beside the axis where it has no number. */
export function pointOf({ state, at, none }, k, family) {
  const { summaries, scale } = columnsOf(state)[state.axes[k]];
  const summary = summaries[family];
  return summary ? at(k, shareOf(scale, summary.mean), family) : none(k, family);
}

/** Words in as few lines as `fits(line)` allows; a word that does not fit has a line of its own. */
export function linesOf(words, fits) {
  const lines = [];
  for (const word of words) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
