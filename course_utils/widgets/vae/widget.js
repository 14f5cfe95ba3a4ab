import { button, slider, toggle } from "../shared/controls.js";
import { inBox, stripBox } from "../shared/images.js";
import { scaleMap } from "../shared/map.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp, minus } from "../shared/numbers.js";
import { drawDecoded } from "./images.js";
import { layout } from "./layout.js";
import { drawMap } from "./maps.js";
import { clampTo } from "./math.js";
import { given, nearestCode, read, shown } from "./state.js";

const LABEL =
  "Two maps of latent codes with the same axes, an autoencoder's and a VAE's with ellipses of its posteriors, and " +
  "what each decoder makes of the same point z. Arrows move z, shift makes the steps small, minus and plus (or " +
  "the square brackets) choose beta, space plays through the betas.";
const PLAY_MS = 700; // for each beta

function describe(state) {
  const [autoencoder, vae] = shown(state);
  const [x, y] = state.z.map((value) => minus(value.toFixed(2)));
  const where = (side) => {
    const { name, distance } = nearestCode(side, state.names, state.z);
    return `${side.short} class ${name} at ${distance.toFixed(2)}`;
  };
  const classes = (side) => state.draws.map((z) => nearestCode(side, state.names, z).name).join(" ");
  const draws = `Samples from N(0, I) are nearest to the classes ${classes(autoencoder)} (AE), ${classes(vae)} (VAE).`;
  const coarse = shown(state).filter(({ grid }) => grid);
  const sides = coarse.map(({ short, grid }) => `the ${short}'s of ${grid} \u00d7 ${grid}`).join(", ");
  const note = sides && `Images are the nearest of precomputed ones: ${sides}. `;
  return (
    `z = (${x}, ${y}). \u03b2 = ${state.betas[state.index]}: KL to the prior ${vae.kl.toFixed(2)} nats per image. ` +
    `Nearest code: ${where(autoencoder)}, ${where(vae)}. ${note}${state.sampling ? draws : ""}`
  );
}

function draw(context, { state, place }) {
  shown(state).forEach((side, i) => {
    drawMap(context, place.sides[i], side, state, state.caches[i]);
    drawDecoded(context, place.sides[i], place, side, state);
  });
  return describe(state);
}

/** Motion through the betas from the smallest; one at a time where less motion is wanted. */
function player(state, setIndex, save) {
  const count = state.betas.length;
  const at = (share) => setIndex(Math.min(count - 1, Math.floor(share * count)));
  const motion = glide(PLAY_MS * count, at, save);
  const toggle = () => {
    if (motion.running()) return motion.stop();
    if (!reducedMotion()) return motion.start();
    setIndex((state.index + 1) % count);
    save();
  };
  return { toggle, stop: motion.stop };
}

function controls({ toolbar, state, save }, { setIndex, play }) {
  const showBeta = slider(toolbar, {
    label: "\u03b2 of the VAE:",
    last: state.betas.length - 1,
    describe: (index) => String(state.betas[index]),
    onInput: setIndex,
    onChange: save,
  });
  button(toolbar, "Play \u03b2", play.toggle, { title: "Space" });
  const flip = (name, text) => toggle(toolbar, text, () => state[name], () => save({ [name]: !state[name] }));
  const shows = [flip("sampling", "Sample N(0, I)"), flip("manifold", "Decode the maps")];
  const whole = () => save({ whole: !state.whole, z: clampTo(state.z, state.whole ? state.near : state.half) });
  if (state.far > state.near) shows.push(toggle(toolbar, "Show all codes", () => state.whole, whole));
  return () => {
    showBeta(state.index);
    shows.forEach((show) => show());
  };
}

/** On either map the pointer is z; a sample of a strip can be picked. */
function drag(view, { moveTo }) {
  let held = null;
  const move = (point) => moveTo(scaleMap(held, { center: [0, 0], half: view.state.half }).toValue(point));
  const start = (point) => {
    const { place, state } = view;
    const square = ({ left, top, side }) => ({ left, top, width: side, height: side });
    held = place.sides.map(({ map }) => map).find((map) => inBox(point, square(map)));
    if (held) return move(point), true;
    const under = (_, i) => place.sides.some(({ strip }) => inBox(point, stripBox(strip, i)));
    const picked = state.sampling ? state.draws.findIndex(under) : -1;
    if (picked >= 0) moveTo(state.draws[picked]), view.save();
    return false;
  };
  return { start, move };
}

function keys({ state, save }, { moveTo, setIndex, play }) {
  const nudge = (x, y) => (size) => {
    moveTo([state.z[0] + 0.03 * x * size * state.half, state.z[1] + 0.03 * y * size * state.half]);
  };
  const turn = (by) => () => {
    setIndex(clamp(state.index + by, 0, state.betas.length - 1));
    save();
  };
  const actions = { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1) };
  for (const key of ["[", "-"]) actions[key] = turn(-1);
  for (const key of ["]", "+", "="]) actions[key] = turn(1);
  return { ...actions, " ": play.toggle };
}

function deeds({ state, save, changed }) {
  const moveTo = (z) => {
    state.z = clampTo(z, state.half);
    changed();
  };
  const show = (index) => {
    state.index = index;
    changed();
  };
  const play = player(state, show, save);
  return { moveTo, setIndex: (index) => (play.stop(), show(index)), play, stop: play.stop };
}

const render = mount({
  label: LABEL,
  traits: ["z", "beta", "sampling", "manifold", "whole"],
  layout,
  given,
  read,
  values: ({ state }) => ({ z: clampTo(state.z, state.half), beta: state.betas[state.index] }),
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
