import { fontSize, prepare } from "../shared/canvas.js";
import { onDrag, onKeys, reducedMotion } from "../shared/input.js";
import { follow, painter, shell } from "../shared/shell.js";
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

function drawing({ canvas, summary }, current) {
  return (width) => {
    const { session } = current;
    const shown = onShow(session);
    const place = (current.place = layout(width, fontSize(width)));
    const context = prepare(canvas, width, place.height);
    const pulled = drawPlane(context, place, session, shown);
    drawCurves(context, place, session, shown);
    if (!current.playing || performance.now() - current.said > SAY_MS) {
      summary.textContent = describe(shown, pulled);
      current.said = performance.now();
    }
    current.numbers = { modes: shown.modes, js: shown.js, d_loss: shown.dLoss, g_loss: shown.gLoss, pull: pulled };
    current.step = shown.step;
  };
}

/** Training in frames until a step is reached: run(target), stop(), and halt() where nobody looks any more. */
function trainer(current, { draw, save }) {
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
function actionsOn(current, training, { draw, save, choose }) {
  const now = () => current.session.game.step;
  const look = (move) => (training.stop(), move(), draw());
  const toggle = () => {
    if (current.playing) return training.stop();
    training.run(reducedMotion() ? now() + CALM_STEPS : Infinity);
  };
  const step = () => {
    look(() => {
      if (current.session.at === null) advance(current.session);
      else scrub(current.session, current.session.at + 1);
    });
    save();
  };
  return {
    toggle,
    step,
    look,
    save,
    back: () => (look(() => stepBack(current.session)), save()),
    hundred: () => training.run(now() + 100),
    reset: () => choose(current.settings),
    start: choose,
  };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = { session: null, settings: null, playing: false, place: null, numbers: {}, step: 0, said: 0 };
  const paint = painter(parts.root, drawing(parts, current));
  const begin = (settings) => Object.assign(current, { settings: { ...settings }, session: newSession(settings) });
  begin(model.get("settings"));
  const draw = () => (paint.paint(), refreshControls());
  const save = () => {
    model.set("step", current.step);
    model.set("numbers", current.numbers);
    model.save_changes();
  };
  const training = trainer(current, { draw, save });
  const choose = (settings) => {
    training.stop();
    begin(settings);
    model.set("settings", { ...settings });
    draw();
    save();
  };
  const actions = actionsOn(current, training, { draw, save, choose });
  const refreshControls = addControls(parts.toolbar, current, actions);
  const obey = () => {
    if (JSON.stringify(model.get("settings")) !== JSON.stringify(current.settings)) choose(model.get("settings"));
  };
  const keys = { " ": actions.toggle, ArrowRight: actions.step, ArrowLeft: actions.back, r: actions.reset };
  const stopKeys = onKeys(parts.root, parts.canvas, keys, () => {});
  const stopDrag = onDrag(parts.canvas, dragging(current, actions));
  draw();
  return follow(model, ["settings"], obey, [training.halt, stopKeys, stopDrag, paint.stop]);
}

/** On the curves the pointer chooses a moment of the timeline. */
function dragging(current, { look, save }) {
  const move = (point) => {
    const index = recordAt(current.place, current.session, point);
    if (index >= 0) look(() => scrub(current.session, index));
  };
  const start = (point) => {
    if (recordAt(current.place, current.session, point) < 0) return false;
    move(point);
    return true;
  };
  return { start, move, end: save };
}

export default { render };
