import { button, either, group } from "../shared/controls.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp, minus } from "../shared/numbers.js";
import { READINGS, drawBars } from "./bars.js";
import { drawDensities, drawObservation, grips } from "./curves.js";
import { across, layout } from "./layout.js";
import { addingUp, bestQ, bound, logEvidence } from "./math.js";

const LABEL =
  "A Gaussian q over a latent z, with the prior and the exact posterior; bars show log p(x), the ELBO and the " +
  "gap between them. Left and right arrows move q, up and down change its width, shift makes the steps small, " +
  "minus and plus (or the square brackets) move the observation x, space plays to the best q.";
const PLAY_MS = 1500;
const Z_LIMITS = [-4, 4];
const STD_LIMITS = [0.03, 4];

function read(model) {
  const state = {
    q: { mean: model.get("q_mean"), std: model.get("q_std") },
    x: model.get("x"),
    model: { decoder: model.get("decoder"), weight: model.get("weight"), sigma: model.get("sigma") },
    reading: model.get("reading"),
    xLimits: model.get("x_limits"),
    zLimits: Z_LIMITS,
  };
  return { ...state, evidence: logEvidence(state.x, state.model) };
}

function describe(state, numbers) {
  const short = (value) => minus(value.toFixed(2));
  const [evidence, elbo, gap] = addingUp(numbers.evidence, numbers.elbo, numbers.gap);
  const { first, second } = READINGS[state.reading];
  const part = second.sign * numbers[second.key];
  const [total, start, rest] = addingUp(numbers.elbo, numbers[first.key], part);
  return (
    `q: mean ${short(state.q.mean)}, standard deviation ${short(state.q.std)}. x = ${short(state.x)}. ` +
    `log p(x) ${evidence} = ELBO ${elbo} + KL(q\u2016posterior) ${gap} nats. ` +
    `ELBO ${total} = ${first.name} ${start} ${part < 0 ? "\u2212" : "+"} ${rest.replace("\u2212", "")} nats of ` +
    `${second.name}.`
  );
}

function controls({ toolbar, state, save }, { setQ, play }) {
  const best = () => bestQ(state.x, state.model, state.q.mean);
  const jump = (find) => () => (setQ(find()), save());
  const row = group(toolbar, "q:");
  button(row, "= prior", jump(() => ({ mean: 0, std: 1 })));
  button(row, "best", play.toggle, { title: "Space" });
  button(row, "too narrow", jump(() => ({ ...best(), std: best().std / 5 })));
  button(row, "too wide", jump(() => ({ ...best(), std: best().std * 3 })));
  const w = state.model.weight === 1 ? "" : `${Number(state.model.weight.toPrecision(3))} `;
  const decoders = [["linear", `g(z) = ${w}z`], ["square", `g(z) = ${w}z\u00b2`]];
  const readings = Object.entries(READINGS).map(([value, { name }]) => [value, name]);
  const isDecoder = (decoder) => state.model.decoder === decoder;
  const isReading = (reading) => state.reading === reading;
  const shows = [
    either(toolbar, "Decoder:", decoders, isDecoder, (decoder) => save({ decoder })),
    either(toolbar, "The same bound as", readings, isReading, (reading) => save({ reading })),
  ];
  return () => shows.forEach((show) => show());
}

/** Motion from the present q to the best one, or from the prior where q is the best already. */
function player(state, setQ, save) {
  let [from, to] = [null, null];
  const mix = (a, b, share) => a + (b - a) * share;
  const at = (share) => {
    const eased = share * share * (3 - 2 * share);
    setQ({
      mean: mix(from.mean, to.mean, eased),
      std: Math.exp(mix(Math.log(from.std), Math.log(to.std), eased)),
    });
  };
  const motion = glide(PLAY_MS, at, save);
  const toggle = () => {
    if (motion.running()) return motion.stop();
    to = bestQ(state.x, state.model, state.q.mean);
    const there = Math.abs(state.q.mean - to.mean) < 0.005 && Math.abs(state.q.std - to.std) < 0.005;
    from = there && !reducedMotion() ? { mean: 0, std: 1 } : { ...state.q };
    if (!reducedMotion()) return motion.start();
    at(1);
    save();
  };
  return { toggle, stop: motion.stop };
}

/** In the densities: sideways is q's mean, up and down its width; a square changes the width alone; below is x. */
function drag(view, { setQ, setX }) {
  let held = null;
  const move = ({ x, y }) => {
    const { place, state } = view;
    if (held.x) return setX(across(place.strip, state.xLimits).toValue(x));
    const z = across(place.density, state.zLimits).toValue(x);
    if (held.side) return setQ({ mean: state.q.mean, std: Math.abs(z - state.q.mean) });
    const rise = (held.y - y) / (place.density.bottom - place.density.top);
    setQ({ mean: z + held.offset, std: held.std * Math.exp(2.5 * rise) });
  };
  const start = (point) => {
    const { place, state } = view;
    const { density, strip, size } = place;
    if (point.x > density.right + 8 || point.y > strip.bottom + size * 2) return false;
    const near = ({ x, y }) => Math.hypot(point.x - x, point.y - y) < size * 1.2;
    const offset = state.q.mean - across(density, state.zLimits).toValue(point.x);
    if (point.y > density.bottom + size * 2) held = { x: true };
    else if (grips(place, state).sides.some(near)) held = { side: true };
    else held = { y: point.y, std: state.q.std, offset: Math.abs(offset) < state.q.std ? offset : 0 };
    move(point);
    return true;
  };
  return { start, move };
}

function keys({ state, save }, { setQ, setX, play }) {
  const nudge = (mean, width) => (size) => {
    setQ({ mean: state.q.mean + 0.1 * mean * size, std: state.q.std * Math.exp(0.1 * width * size) });
  };
  const nudgeX = (sign) => (size) => {
    setX(state.x + 0.1 * sign * size);
    save();
  };
  const actions = { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1) };
  for (const key of ["[", "{", "-", "_"]) actions[key] = nudgeX(-1);
  for (const key of ["]", "}", "=", "+"]) actions[key] = nudgeX(1);
  return { ...actions, " ": play.toggle };
}

function deeds({ state, save, changed }) {
  const place = ({ mean, std }) => {
    state.q = { mean: clamp(mean, ...Z_LIMITS), std: clamp(std, ...STD_LIMITS) };
    changed();
  };
  const setX = (x) => {
    state.x = clamp(x, ...state.xLimits);
    state.evidence = logEvidence(state.x, state.model);
    changed();
  };
  const play = player(state, place, save);
  return { setQ: (q) => (play.stop(), place(q)), setX, play, stop: play.stop };
}

function draw(context, { state, place }) {
  const numbers = bound(state.x, state.q, state.model, state.evidence);
  drawDensities(context, place, state);
  drawObservation(context, place, state);
  drawBars(context, place, state, numbers);
  return describe(state, numbers);
}

const render = mount({
  label: LABEL,
  traits: ["q_mean", "q_std", "x", "decoder", "reading"],
  layout,
  given: () => ({ cache: {} }),
  read,
  values: ({ state }) => ({ q_mean: state.q.mean, q_std: state.q.std, x: state.x }),
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
