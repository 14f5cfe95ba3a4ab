import { inBox, stripBox } from "../shared/images.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { clamp } from "../shared/numbers.js";
import { addControls, addGrips } from "./controls.js";
import { layout, scales, stepOfImage } from "./layout.js";
import { inShort, movePoint, wastedShare } from "./math.js";
import { LOG_SNR, drawBeta, drawCurve, drawRates, grips, inPercent } from "./panels.js";
import { drawPicture, drawStrip } from "./pictures.js";
import { given, read, refresh, unshifted } from "./state.js";

const LABEL =
  "A noise schedule: log-SNR against the step with control points, the rates of signal and noise, beta, and one " +
  "image noised at several steps. Left and right arrows move the step, up and down multiply the signal-to-noise " +
  "ratio, shift makes the steps small, space plays; the Tab key goes on to the control points.";
const PLAY_MS = 5000;
const SCALE = [1 / 64, 64];

function describe({ schedule, step, steps, scale, points, name }) {
  const { alphaBar, logSnr, beta } = schedule;
  const level = alphaBar[step - 1];
  const rates = [level, 1 - level].map((share) => Math.sqrt(share).toFixed(3));
  return (
    `Step ${step} of ${steps} (t/T = ${(step / steps).toFixed(2)}), SNR \u00d7 ${scale < 1 ? inShort(scale) : scale.toFixed(2)}: ` +
    `\u1fb1 ${inShort(level)}, signal rate ${rates[0]}, noise rate ${rates[1]}, log-SNR ${inShort(logSnr[step - 1])}, ` +
    `\u03b2 ${inShort(beta[step - 1])}. Left at T: \u221a\u1fb1 ${inShort(Math.sqrt(alphaBar.at(-1)))}. Wasted: ` +
    `${inPercent(wastedShare(alphaBar))} of the steps. ${points.length ? "Edited, from" : "Schedule:"} ${name}.`
  );
}

/** Motion of the step from 1 to T; from one image of the strip to the next where less motion is wanted. */
function player(view, setStep, save) {
  const { state } = view;
  const motion = glide(PLAY_MS, (share) => setStep(1 + share * (state.steps - 1)), save);
  const toggle = () => {
    if (motion.running()) return motion.stop(), save();
    if (!reducedMotion()) return motion.start();
    const { strip } = view.place;
    const stops = Array.from({ length: strip.count }, (_, i) => stepOfImage(strip, i, state.steps));
    setStep(stops.find((step) => step > state.step) ?? 1);
    save();
  };
  return { toggle, stop: motion.stop };
}

/** A control point is dragged; anywhere else in the panels and on the strip the pointer is the step. */
function drag(view, { setStep, setPoint }) {
  let held = null;
  const move = ({ x, y }) => {
    const { state } = view;
    const axes = scales(held.box, state.steps, LOG_SNR);
    if (held.point === undefined) return setStep(axes.toStep(x));
    setPoint(held.point, axes.toStep(x + held.x), axes.toValue(y + held.y), held.from);
  };
  const start = (point) => {
    const { place, state } = view;
    const near = nearestGrip(grips(place, state), point, place.size * 1.1);
    if (near) {
      // Each move starts from the points at the press, so that those pushed aside come back with the hand.
      held = { box: place.curve, point: near.i, x: near.x - point.x, y: near.y - point.y, from: unshifted(state) };
      return true;
    }
    held = { box: panelAt(place, point) };
    if (held.box) return move(point), true;
    const picked = Array.from({ length: place.strip.count }, (_, i) => i).find((i) => inBox(point, stripBox(place.strip, i)));
    if (picked === undefined) return false;
    held = { box: place.curve };
    setStep(stepOfImage(place.strip, picked, state.steps));
    return true;
  };
  const end = () => {
    if (held.point !== undefined) view.grips.focus(held.point);
    view.save();
  };
  return { start, move, end };
}

function nearestGrip(places, { x, y }, reach) {
  const away = places.map((grip, i) => ({ ...grip, i, distance: Math.hypot(grip.x - x, grip.y - y) }));
  const nearest = away.reduce((a, b) => (b.distance < a.distance ? b : a));
  return nearest.distance < reach ? nearest : null;
}

function panelAt({ curve, rates, beta, size }, { x, y }) {
  const within = ({ left, right, top, bottom }) => {
    return x > left - size && x < right + size && y > top - size * 0.5 && y < bottom + size * 0.5;
  };
  return [curve, rates, beta].find(within);
}

function keys({ state }, { setStep, setScale, play }) {
  const turn = (sign) => (size) => setStep(state.step + sign * Math.max(1, Math.round((state.steps / 20) * size)));
  const scale = (sign) => (size) => setScale(state.scale * 2 ** (sign * size));
  return { ArrowLeft: turn(-1), ArrowRight: turn(1), ArrowUp: scale(1), ArrowDown: scale(-1), " ": play.toggle };
}

function draw(context, { state, place, grips: handles }) {
  drawCurve(context, place, state);
  drawStrip(context, place, state);
  drawRates(context, place, state);
  drawBeta(context, place, state);
  drawPicture(context, place, state);
  handles.show(grips(place, state), state.shown);
  return describe(state);
}

/** What the reader can do to the state; each shows itself in the next frame. */
function deeds(view) {
  const { state, save } = view;
  const put = (changes) => {
    Object.assign(state, changes);
    if (!("step" in changes)) refresh(state);
    view.changed();
  };
  const setStep = (step) => put({ step: clamp(Math.round(step), 1, state.steps) });
  const play = player(view, setStep, save);
  const setPoint = (i, step, shown, from = unshifted(state)) => {
    put({ points: movePoint(from, i, [step, shown - Math.log(state.scale)]) });
  };
  return {
    setPoint,
    setStep: (step) => (play.stop(), setStep(step)),
    setScale: (scale) => put({ scale: clamp(scale, ...SCALE) }),
    choose: (preset) => (put({ preset, points: [] }), save()),
    nudge: (i, aside, up) => {
      const [step, value] = state.shown[i];
      setPoint(i, step + (aside * state.steps) / 50, value + 0.5 * up);
    },
    play,
    stop: play.stop,
  };
}

/** The rows above the picture, and the control points over it. */
function controls(view, all) {
  view.root.classList.add("course-schedule");
  view.grips = addGrips(view, all);
  return addControls(view, all);
}

const render = mount({
  label: LABEL,
  traits: ["preset", "points", "scale", "step"],
  layout,
  given,
  read,
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
