import { glide, reducedMotion } from "../shared/motion.js";
import { inBox } from "../shared/images.js";
import { canvasPoint } from "../shared/input.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { addControls } from "./controls.js";
import { layout } from "./layout.js";
import { indexOf, judged, optionsOf, summed, tokensOf } from "./math.js";
import { drawFace, drawMap, drawTable, drawWords, percent } from "./panels.js";
import { given, maps, shown } from "./state.js";

const LABEL =
  "A sentence word by word, the face that a model drew for it, and how much each place of the face attends to the " +
  "chosen word. Left and right arrows choose the word, up and down the guidance scale; M, H, G and L change mood, " +
  "hair, glasses and where the face looks; space plays through the words.";
const PLAY_MS = 900; // for each word

function describe(state, now, all) {
  const { index, scale, words, at } = now;
  const rows = judged(state, index, scale);
  const wrong = rows.filter(({ right }) => !right).map(({ asked, seen }) => `${seen} instead of ${asked}`);
  const reading = wrong.length ? `the judge reads ${wrong.join(", ")}` : "the judge reads all as asked";
  const unseen = state.heldOut?.[index] ? " This combination was held out of training." : "";
  return `\u201c${state.sentence}\u201d, scale ${state.scales[scale]}: ${reading}.${unseen}${looked(words[at], all[at])}`;
}

/** Where the attention to a word is, in words. */
function looked(word, map) {
  const { mean, most, at } = summed(map);
  const side = Math.sqrt(map.length);
  const place = `row ${Math.floor(at / side) + 1}, column ${(at % side) + 1} of ${side}`;
  return ` Attention to ${word}: ${percent(mean)} of all, at most ${percent(most)}, in ${place}.`;
}

function draw(context, { root, state, place }) {
  root.ariaBusy = String(!state.sheet);
  const now = shown(state);
  const all = maps(state, now);
  drawWords(context, place, now, all);
  drawFace(context, place, state, now);
  drawMap(context, place, state, now, all);
  drawTable(context, place, state, now);
  return describe(state, now, all);
}

function deeds(view) {
  const { state, changed, save } = view;
  let motion = null;
  const set = (changes) => (Object.assign(state, { hovered: null }, changes), changed());
  const setWord = (at) => {
    const words = tokensOf(state.sentence);
    set({ word: words[clamp(at, 0, words.length - 1)] });
  };
  const stop = () => motion?.stop();
  const step = (by) => (stop(), setWord(shown(state).at + by));
  const choose = (factor, option) => {
    stop();
    const options = optionsOf(shown(state).index, state.sizes).with(factor, option);
    const word = state.factors[factor].options[option] || state.word;
    set({ sentence: state.sentences[indexOf(options, state.sizes)], word });
    save();
  };
  const setScale = (scale) => (set({ scale }), save());
  const play = () => {
    if (motion?.running()) return stop();
    const { words, at } = shown(state);
    if (reducedMotion()) return setWord((at + 1) % words.length), save();
    motion = glide(PLAY_MS * words.length, (share) => setWord(Math.floor(share * words.length)), save);
    motion.start();
  };
  const unhover = hover(view);
  return { setWord, step, choose, setScale, play, pause: stop, stop: () => (stop(), unhover()) };
}

/** Which word lies under the point, or -1. */
function wordAt({ place }, point) {
  return place.words.findIndex((box) => inBox(point, { ...box, height: box.tall }));
}

/** A word under the pointer is shown as long as it is there; returns what ends that. */
function hover(view) {
  const { canvas, state } = view;
  const show = (hovered) => {
    if (hovered === state.hovered) return;
    state.hovered = hovered;
    view.changed();
  };
  const move = (event) => show(tokensOf(state.sentence)[wordAt(view, canvasPoint(event, canvas))] ?? null);
  const leave = () => show(null);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerleave", leave);
  return () => {
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerleave", leave);
  };
}

function keys({ state }, { step, choose, setScale, play }) {
  const scaled = (by) => () => {
    const at = clamp(shown(state).scale + by, 0, state.scales.length - 1);
    setScale(state.scales[at]);
  };
  const next = state.factors.map(({ title, options }, i) => [
    title[0].toLowerCase(),
    () => choose(i, (optionsOf(shown(state).index, state.sizes)[i] + 1) % options.length),
  ]);
  return {
    ...Object.fromEntries(next),
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: scaled(1),
    ArrowDown: scaled(-1),
    " ": play,
  };
}

/** A press on a word chooses it, and so does a drag over others. */
function drag(view, { setWord, pause }) {
  const choose = (point) => {
    const at = wordAt(view, point);
    if (at >= 0) setWord(at);
    return at >= 0;
  };
  return { start: (point) => (pause(), choose(point)), move: choose };
}

const render = mount({
  label: LABEL,
  traits: ["sentence", "scale", "word"],
  layout,
  given,
  deeds,
  controls: addControls,
  keys,
  drag,
  draw,
});

export default { render };
