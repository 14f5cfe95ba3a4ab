import { write } from "../shared/canvas.js";
import { GREEN, MODEL, SOFT } from "../shared/colors.js";
import { framed, stripBox } from "../shared/images.js";
import { DRAW_NAMES, nearestCode } from "./state.js";

/** What one decoder makes of z, and whose code is nearest. */
export function drawDecoded(context, { image, strip }, { size, small }, side, state) {
  const color = side.logvar ? MODEL : GREEN;
  write(context, `${side.short}: g(z)`, image.left, image.top - size * 0.5, { size, bold: true });
  drawOne(context, side, state.z, image, color, 3, small);
  const { name, distance } = nearestCode(side, state.names, state.z);
  const lines = [`nearest: ${name}`, `at ${distance.toFixed(2)}`];
  const left = image.left + (image.roomy ? image.width + size * 0.6 : 0);
  const top = image.top + (image.roomy ? 0 : image.height);
  lines.forEach((text, i) => {
    write(context, text, left, top + size * (1.3 + 1.2 * i), { size: small });
  });
  if (state.sampling) drawDraws(context, strip, { size, small }, side, state, color);
}

function drawDraws(context, strip, { size, small }, side, state, color) {
  const title = `${side.short}: z from N(0, I)`;
  write(context, title, strip.left, strip.top - size * 0.45, { size: small, bold: true });
  state.draws.forEach((z, i) => {
    const box = stripBox(strip, i);
    drawOne(context, side, z, box, color, 2, small);
    const glyph = state.glyphs[state.names.indexOf(nearestCode(side, state.names, z).name)];
    const options = { size: small, align: "center", color: SOFT };
    const label = strip.step > size * 2.1 ? `${DRAW_NAMES[i]}: ${glyph}` : glyph;
    write(context, label, box.left + box.width / 2, box.top + box.height + size * 1.15, options);
  });
}

function drawOne(context, side, z, box, color, width, small) {
  if (side.decode) framed(context, side.decode(z), side.shape, box, color, width);
  else write(context, "\u2026", box.left + 4, box.top + small, { size: small });
}
