import { button, either, toggle } from "../shared/controls.js";
import { exposures, playing } from "./state.js";

const SAYS = { f: "fake", ArrowLeft: "fake", j: "real", ArrowRight: "real" };

/** The settings before a game, the two answers during it, saving after it, and one button for start and end. */
export function addControls({ toolbar, state }, deeds) {
  const made = () => toolbar.lastElementChild;
  const name = (seconds) => [seconds, seconds === null ? "until you answer" : `${seconds} s`];
  const isOn = (seconds) => state.exposure === seconds;
  const showTime = either(toolbar, "Show each picture:", exposures(state).map(name), isOn, deeds.expose);
  const times = made();
  const showFeedback = toggle(toolbar, "Tell me after each", () => state.feedback, deeds.feedback);
  const telling = made();
  const fake = button(toolbar, "Fake (F, \u2190)", () => deeds.say("fake"));
  const real = button(toolbar, "Real (J, \u2192)", () => deeds.say("real"));
  for (const one of [fake, real]) one.classList.add("course-answer");
  const title = "What was said and how fast; no name, no date";
  const save = button(toolbar, "Save answers", deeds.download, { title });
  const main = button(toolbar, "Start", deeds.main, { title: "Space" });
  const visible = (elements, is) => elements.forEach((element) => (element.style.display = is ? "" : "none"));
  return () => {
    visible([times, telling], state.phase === "start");
    visible([fake, real], playing(state));
    visible([save], state.phase === "done");
    main.textContent = playing(state) ? "Stop" : state.phase === "done" ? "Again" : "Start";
    showTime();
    showFeedback();
  };
}

/** F and J, the arrows, and space on the picture. */
export function keysOf({ state }, { say, main, expose }) {
  const all = exposures(state);
  const longer = (by) => {
    const at = all.indexOf(state.exposure) + by;
    if (state.phase === "start" && at >= 0 && at < all.length) expose(all[at]);
  };
  return {
    f: () => say("fake"),
    j: () => say("real"),
    ArrowLeft: () => (longer(-1), say("fake")),
    ArrowRight: () => (longer(1), say("real")),
    " ": () => playing(state) || main(),
  };
}

/** During a game F, J and the arrows answer from a button too, and a key held down is one answer only. */
export function listen({ root, toolbar, state }, say) {
  const heard = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !playing(state)) return;
    const said = SAYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!said) return;
    if (event.repeat) event.stopPropagation();
    else if (toolbar.contains(event.target)) say(said);
    else return;
    event.preventDefault();
  };
  root.addEventListener("keydown", heard, true);
  return () => root.removeEventListener("keydown", heard, true);
}
