import { smaller, write } from "../shared/canvas.js";
import { DATA, INK, MODEL, RULE, SOFT } from "../shared/colors.js";
import { framed, stripBox } from "../shared/images.js";
import { nearest } from "../shared/points.js";
import { inHole, stripPoints } from "./state.js";

/** The decoded image of z, large, and beside it the training image with the nearest code. */
export function drawPair(context, place, state) {
  const { decoded, training, size } = place;
  const small = smaller(size);
  write(context, "Decoded g(z)", decoded.left, decoded.top - size * 0.5, { size, bold: true, color: MODEL });
  if (state.decode) framed(context, state.decode(state.z), state.shape, decoded, MODEL, 3);
  else write(context, "unpacking\u2026", decoded.left + 8, decoded.top + size * 2, { size });
  const below = decoded.top + decoded.height + small * 1.4;
  const verdict = inHole(state, state.z) ? "z is in a hole" : "z is near the codes";
  write(context, verdict, decoded.left, below, { size: small, bold: inHole(state, state.z) });
  if (!state.live) {
    const [first, second] = ["nearest of 33 \u00d7 33", "precomputed images"];
    write(context, first, decoded.left, below + small * 1.3, { size: small, color: SOFT });
    write(context, second, decoded.left, below + small * 2.5, { size: small, color: SOFT });
  }
  if (training && state.training) drawTraining(context, training, state, size, small);
}

/** The nine images of the strip; `hole` is written under those whose z is far from every code. */
export function drawStrip(context, { strip, size }, state, playing) {
  const small = smaller(size, 0.78);
  const isLine = state.strip === "line";
  const title = isLine ? "On the straight line from A to B" : "Samples z from N(0, I), decoded";
  write(context, title, strip.left, strip.top - size * 0.5, { size: smaller(size, 0.9), bold: true });
  stripPoints(state).forEach((z, i) => {
    const box = stripBox(strip, i);
    if (state.decode) framed(context, state.decode(z), state.shape, box, i === playing ? INK : RULE, i === playing ? 3 : 1);
    const end = isLine ? { 0: "A", 8: "B" }[i] ?? "" : String(i + 1);
    const text = inHole(state, z) ? "hole" : end;
    const options = { size: small, align: "center", color: text === "hole" ? INK : SOFT };
    write(context, text, box.left + box.width / 2, box.top + box.height + small * 1.2, options);
  });
}

function drawTraining(context, box, state, size, small) {
  const { count, pixels } = state.training;
  const { index, distance } = nearest(state.codes, state.z, count);
  const length = state.shape.reduce((a, b) => a * b);
  const image = Float32Array.from(pixels.subarray(index * length, (index + 1) * length), (byte) => byte / 255);
  write(context, "Nearest x", box.left, box.top - size * 0.5, { size: smaller(size, 0.9), bold: true, color: DATA });
  framed(context, image, state.shape, box, DATA, 2);
  const lines = [`at ${distance.toFixed(2)}`];
  if (state.names.length) lines.unshift(`class ${state.names[state.labels[index]]}`);
  if (count < state.labels.length) lines.push(`of ${count} kept`);
  lines.forEach((text, i) => {
    write(context, text, box.left, box.top + box.height + small * (1.4 + 1.25 * i), { size: small });
  });
}
