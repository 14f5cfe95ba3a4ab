// The image as the schedule noises it, always with the same noise: a strip under the curve, and one at the cursor.
import { line, write } from "../shared/canvas.js";
import { INK, RULE, SOFT } from "../shared/colors.js";
import { framed, stripBox } from "../shared/images.js";
import { scales, stepOfImage } from "./layout.js";
import { inShort, noised } from "./math.js";
import { LOG_SNR } from "./panels.js";

/** The strip, each image under its own step. */
export function drawStrip(context, { strip, curve, small }, state) {
  const { toX } = scales(curve, state.steps, LOG_SNR);
  for (let i = 0; i < strip.count; i++) {
    const step = stepOfImage(strip, i, state.steps);
    const box = stripBox(strip, i);
    const mark = toX(step);
    const here = step === state.step;
    line(context, [[mark, curve.bottom], [mark, curve.bottom + 5]], SOFT, 1);
    const options = { size: small, align: "center", color: here ? INK : SOFT, bold: here };
    write(context, String(step), mark, curve.bottom + small * 1.45, options);
    framed(context, at(state, step), state.shape, box, here ? INK : RULE, here ? 3 : 1);
  }
}

/** The image at the cursor, large, with its numbers and what is left of the signal at the end. */
export function drawPicture(context, { picture, words, small }, state) {
  const { alphaBar, beta } = state.schedule;
  const level = alphaBar[state.step - 1];
  framed(context, at(state, state.step), state.shape, picture, INK, 2);
  const rows = [
    [`step ${state.step} of ${state.steps}`, true],
    [`\u1fb1 = ${inShort(level)}`, false],
    [`SNR = ${inShort(level / (1 - level))}`, false],
    [`\u03b2 = ${inShort(beta[state.step - 1])}`, false],
    [`left at T: \u221a\u1fb1 = ${inShort(Math.sqrt(alphaBar.at(-1)))}`, false],
  ];
  const leading = Math.min(small * 1.4, (picture.height - small) / (rows.length - 1));
  rows.forEach(([text, bold], i) => write(context, text, words.left, words.top + i * leading, { size: small, bold }));
}

function at({ x0, noise, schedule }, step) {
  return noised(x0, noise, schedule.alphaBar[step - 1]);
}
