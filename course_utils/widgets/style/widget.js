import { write } from "../shared/canvas.js";
import { button, slider, toggle } from "../shared/controls.js";
import { DATA, MODEL, POSITIVE, SOFT } from "../shared/colors.js";
import { framed, inBox, stripBox } from "../shared/images.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { layout } from "./layout.js";
import { apart } from "./math.js";
import { given, known, missing, picture } from "./state.js";

const LABEL =
  "Two faces, A and B, and between them a face with A's style in the first layers and B's in the others. Left and " +
  "right arrows choose the layer from which B's style starts, A and B choose other faces, up and down change the " +
  "truncation, N switches the noise, space plays through the layers.";
const PLAY_MS = 700; // for each layer
const PSI_STEPS = 20;

/** Which layers the mix has of whom, in words. */
function shares({ start, last }) {
  if (start === 0) return "all layers B";
  if (start === last) return "all layers A";
  const layers = (from, to) => (from === to ? `layer ${from}` : `layers ${from} to ${to}`);
  return `${layers(1, start)} A, ${layers(start + 1, last)} B`;
}

/** Nothing, and so the sentence as it was, while A or B are still to come. */
function describe(state) {
  const [a, mix, b] = [state.last, state.start, 0].map((start) => known(state, start));
  if (!a || !b) return undefined;
  return (
    `The mix: ${shares(state)}. Its distance from A is ${apart(mix, a).toFixed(3)}, from B ${apart(mix, b).toFixed(3)}, ` +
    `and A's from B ${apart(a, b).toFixed(3)} (root mean square of the pixels). Truncation \u03c8 = ` +
    `${state.psi.toFixed(2)}, noise ${state.noisy ? "on" : "off"}.`
  );
}

/** The mix is computed at once; A and B stay as they were until the next frames bring theirs. */
function draw(context, { state, place }) {
  const { size, small, pictures, strip } = place;
  const shape = [state.network.colour.channels, 32, 32];
  const tops = [
    ["A", state.last, DATA],
    ["The mix", state.start, MODEL],
    ["B", 0, POSITIVE],
  ];
  tops.forEach(([name, start, color], i) => {
    const box = pictures[i];
    const pixels = start === state.start ? picture(state, start) : (known(state, start) ?? state.before[i]);
    state.before[i] = pixels;
    if (pixels) framed(context, pixels, shape, box, color, 3);
    write(context, name, box.left, box.top - size * 0.5, { size, bold: true });
  });
  const title = place.wide ? "From all of A to all of B: how many of the first layers are A's" : "How many layers are A's";
  write(context, title, strip.left, strip.top - size * 0.9, { size: small, bold: true });
  for (let i = 0; i <= state.last; i++) {
    const start = state.last - i;
    const box = stripBox(strip, i);
    const pixels = known(state, start);
    const chosen = start === state.start;
    if (pixels) framed(context, pixels, shape, box, chosen ? MODEL : SOFT, chosen ? 4 : 1);
    const options = { size: small, align: "center", bold: chosen };
    write(context, String(start), box.left + box.width / 2, box.top + box.height + size * 1.2, options);
  }
  return describe(state);
}

/** A, B and the strip fill one picture every other frame, so that a key waits for the mix alone. */
function filler(view) {
  let frame = 0;
  const fill = () => {
    frame = 0;
    const start = missing(view.state);
    if (start < 0) return;
    picture(view.state, start);
    view.now();
    request();
  };
  const request = () => (frame ||= requestAnimationFrame(() => (frame = requestAnimationFrame(fill))));
  return { request, stop: () => cancelAnimationFrame(frame) };
}

function deeds(view) {
  const { state } = view;
  const fill = filler(view);
  const set = (changes) => {
    Object.assign(state, changes);
    view.changed();
    fill.request();
  };
  const setStart = (start) => set({ start: clamp(Math.round(start), 0, state.last) });
  const setPsi = (psi) => set({ psi: clamp(Math.round(psi * PSI_STEPS) / PSI_STEPS, 0, 1) });
  const other = (name, not) => () => {
    const count = state.sources.length;
    let next = (state[name] + 1) % count;
    if (next === state[not]) next = (next + 1) % count;
    set({ [name]: next });
  };
  const motion = glide(PLAY_MS * (state.last + 1), (share) => setStart(state.last - Math.floor(share * state.last + 0.5)), view.save);
  const play = () => {
    if (motion.running()) return motion.stop();
    if (!reducedMotion()) return motion.start();
    setStart(state.start === 0 ? state.last : state.start - 1);
    view.save();
  };
  fill.request();
  const stop = () => (motion.stop(), fill.stop());
  const moveStart = (start) => (motion.stop(), setStart(start));
  return {
    moveStart, setPsi, play, stop, fill,
    otherA: other("first", "second"),
    otherB: other("second", "first"),
    noise: () => set({ noisy: !state.noisy }),
  };
}

function controls({ toolbar, state, save }, { moveStart, setPsi, otherA, otherB, noise, play }) {
  const then = (deed) => () => (deed(), save());
  button(toolbar, "Another A", then(otherA), { title: "A" });
  button(toolbar, "Another B", then(otherB), { title: "B" });
  const showStart = slider(toolbar, {
    label: "A's layers:",
    last: state.last,
    describe: (start) => `${start} of ${state.last}`,
    onInput: moveStart,
    onChange: save,
  });
  const showPsi = slider(toolbar, {
    label: "\u03c8:",
    last: PSI_STEPS,
    describe: (index) => (index / PSI_STEPS).toFixed(2),
    onInput: (index) => setPsi(index / PSI_STEPS),
    onChange: save,
  });
  const showNoise = toggle(toolbar, "Noise", () => state.noisy, then(noise));
  button(toolbar, "Play the layers", play, { title: "Space" });
  return () => {
    showStart(state.start);
    showPsi(Math.round(state.psi * PSI_STEPS));
    showNoise();
  };
}

function keys({ state }, { moveStart, setPsi, otherA, otherB, noise, play }) {
  return {
    ArrowLeft: () => moveStart(state.start + 1), // the strip runs from all of A, at the left, to all of B
    ArrowRight: () => moveStart(state.start - 1),
    ArrowUp: () => setPsi(state.psi + 1 / PSI_STEPS),
    ArrowDown: () => setPsi(state.psi - 1 / PSI_STEPS),
    a: otherA,
    b: otherB,
    n: noise,
    " ": play,
  };
}

/** A press on the strip chooses its mix, and so does a drag along it. */
function drag(view, { moveStart }) {
  const move = ({ x }) => {
    const { left, step } = view.place.strip;
    moveStart(view.state.last - Math.floor((x - left) / step));
  };
  const start = (point) => {
    const { strip } = view.place;
    const hit = inBox(point, { left: strip.left, top: strip.top, width: strip.step * (view.state.last + 1), height: strip.step });
    if (hit) move(point);
    return hit;
  };
  return { start, move };
}

const render = mount({
  label: LABEL,
  traits: ["start", "first", "second", "psi", "noisy"],
  layout,
  given,
  deeds,
  controls,
  keys,
  heed: (view, { fill }) => {
    for (const name of ["start", "first", "second", "psi", "noisy"]) view.state[name] = view.model.get(name);
    view.changed();
    fill.request();
  },
  drag,
  draw,
});

export default { render };
