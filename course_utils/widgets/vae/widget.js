import { prepare } from "../shared/canvas.js";
import { inBox, stripBox } from "../shared/images.js";
import { onDrag, onKeys, reducedMotion } from "../shared/input.js";
import { scaleMap } from "../shared/map.js";
import { glide } from "../shared/motion.js";
import { button, follow, painter, shell, slider } from "../shared/shell.js";
import { drawDecoded } from "./images.js";
import { layout } from "./layout.js";
import { drawMap } from "./maps.js";
import { clampTo } from "./math.js";
import { TOUCHED, nearestCode, readState, readTouched, shown } from "./state.js";

const LABEL =
  "Two maps of latent codes with the same axes, an autoencoder's and a VAE's with ellipses of its posteriors, and " +
  "what each decoder makes of the same point z. Arrows move z, shift makes the steps small, minus and plus (or " +
  "the square brackets) choose beta, space plays through the betas.";
const PLAY_MS = 700; // for each beta

function describe(state) {
  const [autoencoder, vae] = shown(state);
  const [x, y] = state.z.map((value) => value.toFixed(2).replace("-", "\u2212"));
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

function drawing({ canvas, summary }, current) {
  const caches = [{}, {}];
  return (width) => {
    const { state } = current;
    const place = (current.place = layout(width, state));
    const context = prepare(canvas, width, place.height);
    shown(state).forEach((side, i) => {
      drawMap(context, place.sides[i], side, state, caches[i]);
      drawDecoded(context, place.sides[i], place, side, state);
    });
    summary.textContent = describe(state);
  };
}

/** Motion through the betas from the smallest; one at a time where less motion is wanted. */
function player({ state }, setIndex, save) {
  const count = state.betas.length;
  const motion = glide(PLAY_MS * count, (share) => setIndex(Math.min(count - 1, Math.floor(share * count))), save);
  const toggle = () => {
    if (motion.running()) return motion.stop();
    if (!reducedMotion()) return motion.start();
    setIndex((state.index + 1) % count);
    save();
  };
  return { toggle, stop: motion.stop };
}

function addControls(toolbar, { state }, { setIndex, save, play }) {
  const show = slider(toolbar, {
    label: "\u03b2 of the VAE:",
    last: state.betas.length - 1,
    describe: (index) => String(state.betas[index]),
    onInput: setIndex,
    onChange: () => save(),
  });
  button(toolbar, "Play \u03b2", play.toggle, { title: "Space" });
  const texts = { sampling: "Sample N(0, I)", manifold: "Decode the maps" };
  if (state.far > state.near) texts.whole = "Show all codes";
  const switches = Object.entries(texts).map(([name, text]) => {
    const flip = () => save({ [name]: !state[name] });
    return [name, button(toolbar, text, flip, { pressed: state[name] })];
  });
  return () => {
    show(state.index);
    for (const [name, element] of switches) element.setAttribute("aria-pressed", String(state[name]));
  };
}

/** On either map the pointer is z; a sample of a strip can be picked. */
function dragging(current, moveTo) {
  let held = null;
  const move = (point) => moveTo(scaleMap(held, { center: [0, 0], half: current.state.half }).toValue(point));
  const start = (point) => {
    const { place, state } = current;
    const square = ({ left, top, side }) => ({ left, top, width: side, height: side });
    held = place.sides.map(({ map }) => map).find((map) => inBox(point, square(map)));
    if (held) return move(point), true;
    const under = (_, i) => place.sides.some(({ strip }) => inBox(point, stripBox(strip, i)));
    const picked = state.sampling ? state.draws.findIndex(under) : -1;
    if (picked >= 0) moveTo(state.draws[picked], true);
    return false;
  };
  return { start, move };
}

function stepping({ state }, { moveTo, setIndex, save, play }) {
  const nudge = (x, y) => (size) => {
    moveTo([state.z[0] + 0.03 * x * size * state.half, state.z[1] + 0.03 * y * size * state.half]);
  };
  const turn = (by) => () => {
    play.stop();
    setIndex(Math.min(state.betas.length - 1, Math.max(0, state.index + by)));
    save();
  };
  const actions = { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1) };
  for (const key of ["[", "-"]) actions[key] = turn(-1);
  for (const key of ["]", "+", "="]) actions[key] = turn(1);
  return { ...actions, " ": play.toggle };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = { state: readState(model, () => paint.request()), place: null };
  const { state } = current;
  const paint = painter(parts.root, drawing(parts, current));
  const save = (changes = {}) => {
    const half = changes.whole === false ? state.near : state.half;
    const all = { z: clampTo(state.z, half), beta: state.betas[state.index], ...changes };
    for (const [name, value] of Object.entries(all)) model.set(name, value);
    model.save_changes();
  };
  const moveTo = (z, done = false) => {
    state.z = clampTo(z, state.half);
    paint.request();
    if (done) save();
  };
  const setIndex = (index) => {
    state.index = index;
    refreshControls();
    paint.request();
  };
  const play = player(current, setIndex, save);
  const actions = { moveTo, setIndex: (index) => (play.stop(), setIndex(index)), save, play };
  const refreshControls = addControls(parts.toolbar, current, actions);
  const refresh = () => {
    readTouched(model, state);
    refreshControls();
    paint.request();
  };
  const stopKeys = onKeys(parts.root, parts.canvas, stepping(current, actions), () => save());
  const stopDrag = onDrag(parts.canvas, { ...dragging(current, moveTo), end: () => save() });
  refreshControls();
  paint.paint();
  return follow(model, TOUCHED, refresh, [play.stop, stopKeys, stopDrag, paint.stop]);
}

export default { render };
