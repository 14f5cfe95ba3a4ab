import { write } from "../shared/canvas.js";
import { FAINT, GREEN, INK, MODEL, RULE, SOFT } from "../shared/colors.js";
import { framed } from "../shared/images.js";
import { viridis } from "../shared/viridis.js";
import { judged, overlaid, pictureAt, summed } from "./math.js";

const SIDE = 32;
const SHAPE = [3, SIDE, SIDE];

export const percent = (share) => `${Math.round(100 * share)}\u202f%`;

/** Every word in a box, the chosen one with a thick frame, and under each its share of all attention. */
export function drawWords(context, { wide, left, words, small, size }, { at }, maps) {
  const y = wide ? words[0].top + words[0].height + small * 1.15 : small * 1.1;
  write(context, wide ? "attention" : "The attention to each word", left, y, { size: small, color: SOFT });
  words.forEach(({ text, left: x, top, width, height }, i) => {
    const chosen = i === at;
    if (chosen) {
      context.fillStyle = FAINT;
      context.fillRect(x, top, width, height);
    }
    context.strokeStyle = chosen ? MODEL : RULE;
    context.lineWidth = chosen ? 3 : 1;
    const inset = context.lineWidth / 2;
    context.strokeRect(x + inset, top + inset, width - 2 * inset, height - 2 * inset);
    const [middle, color] = [x + width / 2, i ? INK : SOFT];
    write(context, text, middle, top + height / 2, { size, bold: chosen, color, align: "center", baseline: "middle" });
    const share = percent(summed(maps[i]).mean);
    write(context, share, middle, top + height + small * 1.15, { size: small, bold: chosen, align: "center" });
  });
}

/** The face, in a broken frame where its sentence was held out, and what is said of that. */
export function drawFace(context, { face, size, small }, state, { index, scale }) {
  title(context, face, size, `Picture at scale ${state.scales[scale]}`);
  const unseen = state.heldOut?.[index];
  if (state.sheet) {
    if (unseen) context.setLineDash([8, 5]);
    const picture = pictureAt(state.sheet, index, scale, SIDE);
    framed(context, picture, SHAPE, inner(face, unseen ? 4 : 1), unseen ? MODEL : SOFT, unseen ? 4 : 1);
    context.setLineDash([]);
  }
  if (!state.heldOut) return;
  const said = unseen ? "\u2298 held out of training" : "seen in training";
  write(context, said, face.left, face.top + face.height + small * 1.4, { size: small, bold: unseen, color: unseen ? INK : SOFT });
}

/** The same face in greys under the attention that its places give to the chosen word, and the scale of that. */
export function drawMap(context, { map, size, small }, state, { index, scale, words, at }, maps) {
  const word = at ? `\u201c${words[at]}\u201d` : words[at];
  title(context, map, size, `Attention to ${word}`, word);
  if (!state.sheet) return;
  const picture = pictureAt(state.sheet, index, scale, SIDE);
  framed(context, overlaid(picture, maps[at]), SHAPE, inner(map, 1), SOFT, 1);
  const [top, from, to] = [map.top + map.height + small * 0.75, map.left + small, map.left + map.width - small * 3];
  const steps = 64;
  for (let i = 0; i < steps; i++) {
    const [red, green, blue] = viridis((i + 0.5) / steps);
    context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
    const start = Math.round(from + ((to - from) * i) / steps);
    context.fillRect(start, top, Math.round(from + ((to - from) * (i + 1)) / steps) - start, small * 0.7);
  }
  const options = { size: small, baseline: "middle" };
  write(context, "0", map.left, top + small * 0.35, options);
  write(context, percent(summed(maps[at]).most), to + small * 0.3, top + small * 0.35, options);
}

/** For each factor what was asked, what a judge reads, and a sign; then how all sentences fared at this scale. */
export function drawTable(context, { table, size, small }, state, { index, scale }) {
  const { left, top, width, step } = table;
  const columns = [0, 0.26, 0.58, 0.92].map((share) => left + share * width);
  title(context, { left, width, top: top + size * 0.6 }, size, "What a judge reads in it");
  const heads = ["", "asked", "read"];
  heads.forEach((text, i) => text && write(context, text, columns[i], top + step, { size: small, color: SOFT }));
  judged(state, index, scale).forEach(({ title: name, asked, seen, right }, row) => {
    const y = top + step * (row + 2);
    write(context, name, columns[0], y, { size, color: SOFT });
    write(context, asked, columns[1], y, { size });
    write(context, seen, columns[2], y, { size, bold: !right });
    write(context, right ? "\u2713" : "\u2717", columns[3], y, { size, bold: true, color: right ? GREEN : MODEL });
  });
  const { all, unseen, seen } = state.totals[scale];
  const lines = [`All four right: ${all.right} of ${all.count} sentences`];
  if (unseen) lines.push(`held out ${unseen.right} of ${unseen.count}, seen ${seen.right} of ${seen.count}`);
  lines.forEach((text, i) => write(context, text, left, top + step * 5 + small * (1.9 + 1.4 * i), { size: small }));
}

/** Above a box the first of the texts that has room there. */
function title(context, { left, top, width }, size, ...texts) {
  write(context, "", 0, 0, { size, bold: true }); // sets the font that is measured
  const text = texts.find((one) => context.measureText(one).width <= width) ?? texts.at(-1);
  write(context, text, left, top - size * 0.6, { size, bold: true });
}

/** The box less a frame of that width. */
function inner({ left, top, width, height }, by) {
  return { left: left + by, top: top + by, width: width - 2 * by, height: height - 2 * by };
}
