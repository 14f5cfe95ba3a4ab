// The course of a game: a pause with a cross, a picture, an answer, and so on to the end.
import { stream, subSeed } from "../shared/random.js";
import { deal } from "./math.js";
import { playing } from "./state.js";

const GAP_MS = 600; // never more than two changes a second
const TOLD_MS = 1500;
const FRAME_MS = 8; // half a frame: a picture stays for the nearest whole number of them

/** Dice that nobody can foresee. */
function secret() {
  return crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
}

/** Call `then` in the first frame after ms in which `ready()` holds; only one wait at a time. */
function waiter(ready) {
  let frame = 0;
  const stop = () => cancelAnimationFrame(frame);
  const start = (ms, then) => {
    stop();
    const from = performance.now();
    const look = () => {
      if (performance.now() - from >= ms && ready()) then();
      else frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
  };
  return { start, stop };
}

/** begin, say("real" or "fake"), finish, back (to before the start), stop. */
export function game({ state, model, canvas, root, changed, now }) {
  const wait = waiter(() => state.bytes !== null);
  const to = (phase) => (Object.assign(state, { phase, early: false }), now());
  const hold = () => {
    // A button that goes takes the keyboard with it.
    if (root.contains(document.activeElement)) canvas.focus({ preventScroll: true });
  };
  const show = () => {
    to("shown");
    state.since = performance.now();
    if (state.exposure !== null) wait.start(1000 * state.exposure - FRAME_MS, () => to("hidden"));
  };
  const next = () => {
    if (state.answers.length === state.rounds) return finish();
    state.at = state.answers.length;
    to("gap");
    wait.start(GAP_MS, show);
  };
  const begin = () => {
    const dice = state.seed === null ? secret : stream(subSeed(state.seed, state.games)).uniform;
    const dealt = deal(dice, state.rounds, state.sources.map(({ count }) => count));
    Object.assign(state, { dealt, answers: [], note: "", games: state.games + 1 });
    canvas.focus({ preventScroll: true });
    next();
  };
  const say = (said) => {
    if (!playing(state)) return;
    if (state.phase === "gap" || state.phase === "told") return (state.early = state.phase === "gap"), changed();
    const { source } = state.dealt[state.at];
    const ms = Math.round(performance.now() - state.since);
    state.answers.push({ model: state.sources[source].name, real: source === 0, said, ms });
    if (!state.feedback) return next();
    to("told");
    wait.start(TOLD_MS, next);
  };
  const finish = () => {
    wait.stop();
    to(state.answers.length ? "done" : "start");
    hold();
    if (state.answers.length) model.send({ kind: "answers", answers: state.answers });
  };
  const back = () => (to("start"), hold());
  return { begin, say, finish, back, stop: wait.stop };
}
