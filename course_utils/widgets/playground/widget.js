import { reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { addControls } from "./controls.js";
import { drawCurves, plain, recordAt } from "./curves.js";
import { layout } from "./layout.js";
import { drawPlane } from "./plane.js";
import { advance, newSession, onShow, scrub, stepBack } from "./session.js";

const LABEL =
  "A GAN that trains in this page: data and generated points over what the discriminator says of the plane, with " +
  "curves of the losses, the modes covered and the Jensen-Shannon divergence. Space plays and pauses, the right " +
  "arrow makes one step, the left arrow goes back in time, R starts anew.";
const BUDGET_MS = 8; // of training in one frame; how many steps that is depends on the machine, their states do not
const SAVE_MS = 1000;
const SAY_MS = 500; // between two sentences while it plays: faster is read by nobody
const CALM_STEPS = 100; // what Play trains at once where less motion is wanted

function describe(shown, pulled) {
  return (
    `Step ${shown.step.toLocaleString("en")}: ${shown.modes} of 8 modes, JS ${plain(shown.js, 3)} nats of at most ` +
    `${Math.LN2.toFixed(3)}. D loss ${plain(shown.dLoss, 3)}, G loss ${plain(shown.gLoss, 3)}; the mean pull of G's ` +
    `loss on a sample is ${plain(pulled, 3)}.`
  );
}

function draw(context, { state, place }) {
  const { session } = state;
  const shown = onShow(session);
  const pulled = drawPlane(context, place, session, shown);
  drawCurves(context, place, session, shown);
  state.numbers = { modes: shown.modes, js: shown.js, d_loss: shown.dLoss, g_loss: shown.gLoss, pull: pulled };
  state.step = shown.step;
  if (state.playing && performance.now() - state.said <= SAY_MS) return undefined;
  state.said = performance.now();
  return describe(shown, pulled);
}

/** Training in frames until a step is reached: run(target), stop(), and halt() where nobody looks any more. */
function trainer({ state: current, now: draw, save }) {
  let [frame, target, saved] = [0, 0, 0];
  const stop = () => {
    if (!current.playing) return;
    cancelAnimationFrame(frame);
    current.playing = false;
    draw();
    save();
  };
  const tick = () => {
    const { game } = current.session;
    const end = performance.now() + BUDGET_MS;
    do advance(current.session);
    while (game.step < target && performance.now() < end);
    if (game.step >= target) return stop();
    frame = requestAnimationFrame(tick);
    if (reducedMotion()) return;
    draw();
    if (performance.now() - saved < SAVE_MS) return;
    saved = performance.now();
    save();
  };
  const run = (until) => {
    cancelAnimationFrame(frame);
    [target, saved] = [until, performance.now()];
    current.playing = true;
    current.session.at = null;
    draw();
    frame = requestAnimationFrame(tick);
  };
  return { run, stop, halt: () => cancelAnimationFrame(frame) };
}

/** What the buttons, keys and pointer do. */
function deeds(view) {
  const { state, now: draw, save } = view;
  const training = trainer(view);
  const steps = () => state.session.game.step;
  const look = (move) => (training.stop(), move(), draw());
  const toggle = () => {
    if (state.playing) return training.stop();
    training.run(reducedMotion() ? steps() + CALM_STEPS : Infinity);
  };
  const step = () => {
    look(() => {
      if (state.session.at === null) advance(state.session);
      else scrub(state.session, state.session.at + 1);
    });
    save();
  };
  const start = (settings) => {
    training.stop();
    Object.assign(state, begin(settings));
    draw();
    save();
  };
  return {
    toggle,
    step,
    look,
    start,
    back: () => (look(() => stepBack(state.session)), save()),
    hundred: () => training.run(steps() + 100),
    reset: () => start(state.settings),
    stop: training.halt,
  };
}

const begin = (settings) => ({ settings: { ...settings }, session: newSession(settings) });

/** On the curves the pointer chooses a moment of the timeline. */
function drag(view, { look }) {
  const { state } = view;
  const move = (point) => {
    const index = recordAt(view.place, state.session, point);
    if (index >= 0) look(() => scrub(state.session, index));
  };
  const start = (point) => {
    if (recordAt(view.place, state.session, point) < 0) return false;
    move(point);
    return true;
  };
  return { start, move };
}

const render = mount({
  label: LABEL,
  traits: ["settings"],
  layout,
  given: () => ({ playing: false, numbers: {}, step: 0, said: 0 }),
  read: (model) => begin(model.get("settings")),
  values: ({ state }) => ({ settings: { ...state.settings }, step: state.step, numbers: state.numbers }),
  deeds,
  controls: addControls,
  keys: (view, { toggle, step, back, reset }) => ({ " ": toggle, ArrowRight: step, ArrowLeft: back, r: reset }),
  drag,
  heed: ({ model, state }, { start }) => {
    const asked = model.get("settings");
    if (JSON.stringify(asked) !== JSON.stringify(state.settings)) start(asked);
  },
  draw,
});

export default { render };
