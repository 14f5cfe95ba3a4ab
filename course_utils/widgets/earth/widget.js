import { button, either, group, slider, toggle } from "../shared/controls.js";
import { scaleX } from "../shared/densities.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { drawAgainst, drawCdfs, drawPotential } from "./curves.js";
import { drawHills, drawPlan } from "./hills.js";
import { arrange, grips, inside } from "./layout.js";
import { density } from "./math.js";
import { CENTRES, PRESETS, WIDEST_GAP, allowed, describe, read, refresh, values } from "./state.js";

const LABEL =
  "Two densities on a line, p and q, with the earth on its way from one to the other, the plan, both distribution " +
  "functions with the area between them, the best potential, and W1 and JS against the place of q. Left and right " +
  "arrows move the chosen density, up and down change its width, shift makes the steps small; the keys P and Q " +
  "choose, the square brackets bring p's two bumps together or apart, space plays the moving.";
const PLAY_MS = 3000;
const STOPS = [0, 0.25, 0.5, 0.75, 1]; // of the moving where less motion is wanted
const SPLIT = 4; // between the two bumps that the button makes

/** What controls, keys and pointer do. */
function deeds({ state, changed, save }) {
  const put = (changes) => (Object.assign(state, changes), changed());
  const setP = (p) => put({ p: allowed({ ...state.p, ...p }) });
  const setQ = (q) => {
    const { mean, std } = allowed({ ...state.q, ...q });
    put({ q: { mean, std } });
  };
  const setMoved = (moved) => put({ moved: clamp(moved, 0, 1) });
  const play = player(state, { setMoved, changed, save });
  return {
    set: (name, changes) => (name === "p" ? setP : setQ)(changes),
    choose: (chosen) => put({ chosen }),
    preset: ({ p, q }) => (put({ p: { ...p }, q: { ...q }, moved: 0 }), save()),
    setMoved: (moved) => (play.halt(), setMoved(moved)),
    play: play.toggle,
    stop: play.stop,
  };
}

/** The moving of the earth from where it is to the end, from the start where it is there already. */
function player(state, { setMoved, changed, save }) {
  let motion = null;
  const stop = () => (motion?.stop(), (motion = null));
  const halt = () => motion && (stop(), changed());
  const toggle = () => {
    if (motion) return halt(), save();
    const from = state.moved >= 1 ? 0 : state.moved;
    if (reducedMotion()) {
      setMoved(state.moved >= 1 ? 0 : STOPS.find((stop) => stop > state.moved));
      return save();
    }
    motion = glide(PLAY_MS * (1 - from), (share) => setMoved(from + share * (1 - from)), () => (halt(), save()));
    motion.start();
    changed();
  };
  state.playing = () => motion !== null;
  return { toggle, halt, stop };
}

function controls({ toolbar, state, save }, { set, choose, preset, setMoved, play }) {
  const row = group(toolbar, "Show:");
  for (const [text, title, settings] of PRESETS) button(row, text, () => preset(settings), { title });
  const playing = button(toolbar, "Play", play, { title: "Space" });
  const showMoved = slider(toolbar, {
    label: "Earth moved:",
    last: 100,
    describe: (index) => `${index} %`,
    onInput: (index) => setMoved(index / 100),
    onChange: save,
  });
  const isSplit = () => state.p.gap > 0;
  const split = () => (set("p", { gap: isSplit() ? 0 : SPLIT }), save());
  const showSplit = toggle(toolbar, "Split p in two", isSplit, split);
  const names = [["p", "p"], ["q", "q"]];
  const pick = (name) => (choose(name), save());
  const showChosen = either(toolbar, "Arrow keys move:", names, (name) => state.chosen === name, pick);
  return () => {
    playing.textContent = state.playing() ? "Pause" : "Play";
    showMoved(Math.round(100 * state.moved));
    showSplit();
    showChosen();
  };
}

function keys({ state, save }, { set, choose, play }) {
  const now = () => state[state.chosen];
  const move = (sign) => (size) => set(state.chosen, { mean: now().mean + sign * 0.25 * size });
  const widen = (sign) => (size) => set(state.chosen, { std: now().std + sign * 0.1 * size });
  const part = (sign) => (size) => (set("p", { gap: Math.max(0, state.p.gap + sign * 0.5 * size) }), save());
  const pick = (name) => () => (choose(name), save());
  return {
    ArrowLeft: move(-1), ArrowRight: move(1), ArrowUp: widen(1), ArrowDown: widen(-1), " ": play,
    "[": part(-1), "{": part(-1), "]": part(1), "}": part(1), p: pick("p"), q: pick("q"),
  };
}

/** A handle, or a hill's body, is dragged; in the plan the pointer is the share of the way, in the charts q's mean. */
function drag(view, { set, choose, setMoved }) {
  let held = null;
  const valueAt = (point, box) => scaleX(box, view.state.limits).toValue(point.x);
  const move = (point) => {
    const { place, state } = view;
    if (held.way) return setMoved((point.y - place.plan.top) / (place.plan.bottom - place.plan.top));
    if (held.chart) return set("q", { mean: scaleX(held.chart, CENTRES).toValue(point.x) });
    const x = valueAt(point, place.hills);
    if (held.width) set(held.name, { std: Math.abs(x - held.bump) });
    else if (held.other === undefined) set(held.name, { mean: x + held.offset });
    else set("p", apart(x, held));
    choose(held.name);
  };
  const start = (point) => {
    const { place, state } = view;
    held = take(point, place, state, valueAt(point, place.hills));
    if (held) move(point);
    return held !== null;
  };
  return { start, move };
}

/** p with one bump at x and the other where it is; the two never pass one another, and stay within the widest gap. */
function apart(x, { other, bump }) {
  const side = bump === 0 ? -1 : 1;
  const at = other + side * clamp(side * (clamp(x, ...CENTRES) - other), 0.01, WIDEST_GAP);
  return { mean: (at + other) / 2, gap: Math.abs(at - other) };
}

/** What is at the point, as something to hold; null where nothing is. */
function take(point, place, state, x) {
  const chart = [place.w1, place.js].find((box) => inside(box, point, place.size));
  if (chart) return { chart };
  const near = nearest(grips(place, state), point, place.size * 1.2, state.chosen);
  if (near?.width) {
    const { means } = state.look[near.name];
    return { name: near.name, width: near.width, bump: near.width < 0 ? means[0] : means.at(-1) };
  }
  const { means } = state.look.p;
  if (near?.name === "p" && means.length > 1) return { name: "p", bump: near.bump, other: means[1 - near.bump] };
  if (inside(place.plan, point, place.small * 0.5)) return { way: true };
  if (!near && !inside(place.hills, point, place.size)) return null;
  const higher = density(x, state.look.p) > density(x, state.look.q) ? "p" : "q";
  const name = near?.name ?? higher;
  return { name, offset: state[name].mean - x };
}

function nearest(all, { x, y }, reach, chosen) {
  const away = all.map((grip) => {
    return { ...grip, away: Math.hypot(grip.x - x, grip.y - y) - (grip.name === chosen ? 0.1 : 0) };
  });
  const best = away.reduce((a, b) => (b.away < a.away ? b : a));
  return best.away < reach ? best : null;
}

function draw(context, { state, place }) {
  refresh(state);
  drawHills(context, place, state);
  drawPlan(context, place, state);
  drawCdfs(context, place, state);
  drawPotential(context, place, state);
  drawAgainst(context, place, state);
  return describe(state);
}

const render = mount({
  label: LABEL,
  traits: ["p_mean", "p_std", "p_gap", "q_mean", "q_std", "moved", "chosen"],
  layout: arrange,
  read,
  values,
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
