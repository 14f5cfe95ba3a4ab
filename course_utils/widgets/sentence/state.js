import { decodeBytes } from "../shared/base64.js";
import { layer } from "../shared/canvas.js";
import { allRight, attentionTo, startsOf, tokensOf } from "./math.js";

/** What never changes; the sheet of pictures comes later, with a new drawing. */
export function given(model, arrived) {
  const { factors, sentences } = model.get("language");
  const heldOut = model.get("held_out");
  const { side, data } = model.get("attention");
  const state = {
    factors,
    sizes: factors.map(({ options }) => options.length),
    sentences,
    longest: sentences.reduce((one, other) => (other.length > one.length ? other : one)),
    scales: model.get("scales"),
    read: model.get("read"),
    heldOut,
    hovered: null,
    sheet: null,
    attention: { side, starts: startsOf(sentences), bytes: decodeBytes(data) },
    pen: layer(1, 1, 1), // measures words
  };
  state.totals = totals(state);
  const picture = new Image();
  picture.onload = () => ((state.sheet = pixelsOf(picture)), arrived());
  picture.src = model.get("pictures");
  return state;
}

function pixelsOf(picture) {
  const context = layer(picture.width, picture.height, 1);
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, picture.width, picture.height);
}

/** For each scale how many sentences came out right: all, those held out, those trained on. */
function totals(state) {
  const { heldOut } = state;
  return state.scales.map((_, scale) => ({
    all: allRight(state, scale),
    unseen: heldOut && allRight(state, scale, (i) => heldOut[i]),
    seen: heldOut && allRight(state, scale, (i) => !heldOut[i]),
  }));
}

/** What is on show: the sentence's number, the scale's, the sentence's words, and which of them is chosen. */
export function shown(state) {
  const words = tokensOf(state.sentence);
  const chosen = words.indexOf(state.hovered ?? state.word);
  return {
    index: state.sentences.indexOf(state.sentence),
    scale: state.scales.indexOf(state.scale),
    words,
    at: chosen < 0 ? words.indexOf("face") : chosen,
  };
}

/** The maps of all of the sentence's words. */
export function maps({ attention }, { index, words }) {
  return words.map((_, token) => attentionTo(attention, index, token));
}
