import { line, write } from "../shared/canvas.js";
import { GREEN, MODEL, RULE, SOFT } from "../shared/colors.js";
import { framed } from "../shared/images.js";
import { isRight, pixels, verdict } from "./state.js";

/** Before the start: what will happen, and how one answers. */
export function drawStart(context, { frame, size, small }, { rounds }) {
  empty(context, frame);
  const middle = frame.left + frame.width / 2;
  write(context, "Real or fake?", middle, frame.top + size * 2, { size: size * 1.4, bold: true, align: "center" });
  const told = [
    `${rounds} pictures, one at a time, each real or made by a model, as a coin decides.`,
    "F or \u2190 says fake.",
    "J or \u2192 says real.",
    "Space or Start begins.",
  ];
  let y = frame.top + size * 3.8;
  for (const text of told) {
    y = wrapped(context, text, middle, y, frame.width - 2 * size, { size: small, align: "center" }) + small * 0.6;
  }
}

/** The picture, or the cross before it, or the question after it. */
export function drawRound(context, place, state) {
  const { frame, picture, size, small } = place;
  const title = `Picture ${state.at + 1} of ${state.rounds}`;
  write(context, title, frame.left, frame.top - size * 0.6, { size: small, color: SOFT });
  const middle = { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
  if (state.phase === "gap") {
    empty(context, frame);
    line(context, [[middle.x - size, middle.y], [middle.x + size, middle.y]], SOFT, 2);
    line(context, [[middle.x, middle.y - size], [middle.x, middle.y + size]], SOFT, 2);
  } else if (state.phase === "hidden") {
    empty(context, frame);
    write(context, "Real or fake?", middle.x, middle.y, { size: size * 1.2, align: "center", baseline: "middle" });
  } else if (state.phase === "shown") {
    framed(context, pixels(state), state.shape, picture, SOFT, 1);
  } else drawTold(context, place, state);
}

function drawTold(context, { frame, picture, size, width }, state) {
  const answer = state.answers.at(-1);
  const right = isRight(answer);
  framed(context, pixels(state), state.shape, picture, right ? GREEN : MODEL, 4);
  const text = `${right ? "\u2713" : "\u2717"} ${verdict(answer)}`;
  const options = { size, bold: true, align: "center" };
  write(context, "", 0, 0, options); // sets the font that is measured
  write(context, shortened(context, text, width - 8), width / 2, frame.top + frame.height + size * 1.4, options);
}

function empty(context, { left, top, width, height }) {
  context.strokeStyle = RULE;
  context.lineWidth = 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
}

/** Text in lines of at most `room`; returns where the next line goes. */
export function wrapped(context, text, x, y, room, options) {
  const step = options.size * 1.4;
  write(context, "", x, y, options); // sets the font that is measured
  let start = "";
  for (const word of text.split(" ")) {
    const longer = start ? `${start} ${word}` : word;
    if (start && context.measureText(longer).width > room) {
      write(context, start, x, y, options);
      y += step;
      start = word;
    } else start = longer;
  }
  write(context, start, x, y, options);
  return y + step;
}

/** The text, or as much of its beginning as has room. */
export function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let end = text.length - 1;
  while (end > 1 && context.measureText(`${text.slice(0, end)}\u2026`).width > room) end--;
  return `${text.slice(0, end)}\u2026`;
}
