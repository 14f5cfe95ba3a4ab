import { fontSize, prepare, tallest } from "./canvas.js";
import { wear } from "./colors.js";
import { make } from "./controls.js";
import { onDrag, onKeys } from "./input.js";
import { isDark, onTheme } from "./theme.js";

/**
 * A widget's `render`, from what is its own. Needed:
 *   label     what the picture shows and which keys it has, for those who do not see it
 *   traits    the names that the page and Python share: a change of one is read and drawn
 *   layout    (width, size of the text, state, room) -> where everything goes, with the picture's `height`, which is
 *             to be `room` at most: on a slide; elsewhere that is Infinity. A layout that is taller is made narrower.
 *   draw      (context, view) draws, and returns the sentence under the picture (undefined leaves it as it is)
 * As needed:
 *   given     (model, arrived) -> the part of the state that never changes; `arrived` draws what came late
 *   read      (model, state) -> the part that the traits say, by default each under its own name
 *   values    (view) -> what Python is told, {trait: value}, by default each trait from the state
 *   deeds     (view) -> functions for the next three; `stop` ends what runs by itself
 *   controls  (view, deeds) fills view.toolbar and returns what shows the state there again
 *   keys      (view, deeds) -> {key: (step) => ...}; step is 1, with shift 0.2
 *   drag      (view, deeds) -> {start(point), false where nothing is there; move(point)}; `end` saves unless it is given
 *   heed      (view, deeds) does what a change from Python asks for, where that is more than `read` and a new picture
 * view has model, root, toolbar, canvas, state and place (the last layout), and
 *   changed() shows the state in the next frame, now() at once; save({trait: value}) tells Python, with these changes.
 */
export function mount({ label, traits, layout, draw, ...own }) {
  const all = (get) => Object.fromEntries(traits.map((name) => [name, get(name)]));
  const read = own.read ?? ((model) => all((name) => model.get(name)));
  const values = own.values ?? (({ state }) => all((name) => state[name]));
  return ({ model, el }) => {
    const view = { ...bones(el, label), model, place: null };
    const room = roomIn(view);
    const drawIn = (width) => {
      const most = room();
      const [fits, place] = widest(width, most, (some) => layout(some, fontSize(some), view.state, most));
      view.place = place;
      view.canvas.style.width = fits < width ? `${fits}px` : "";
      view.say(draw(prepare(view.canvas, fits, place.height), view));
    };
    const paint = painter(view.root, (width) => {
      drawIn(width);
      if (view.place.height > room()) drawIn(width); // the sentence took another line
    });
    const reread = () => Object.assign(view.state, read(model, view.state));
    view.state = own.given?.(model, paint.request) ?? {};
    reread();
    view.changed = () => (show?.(), paint.request());
    view.now = () => (show?.(), paint.now());
    const heed = own.heed ? () => own.heed(view, deeds) : () => (reread(), view.changed());
    const traffic = exchange(model, traits, heed);
    view.save = (changes = {}) => traffic.tell(values(view), changes);
    const deeds = own.deeds?.(view) ?? {};
    const show = own.controls?.(view, deeds);
    const stopKeys = onKeys(view.root, view.canvas, own.keys?.(view, deeds) ?? {}, () => view.save());
    const drag = own.drag?.(view, deeds) ?? { start: () => false };
    const stopDrag = onDrag(view.canvas, { end: () => view.save(), ...drag });
    view.now();
    return () => [traffic.stop, deeds.stop, stopKeys, stopDrag, paint.stop, view.hush].forEach((stop) => stop?.());
  };
}

/** A row of buttons, a canvas one can focus, a line of numbers, and the same line once more to be read out. */
function bones(el, label) {
  const root = make("div", "course-widget");
  const toolbar = make("div", "course-toolbar");
  const canvas = make("canvas", "course-canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application"); // a screen reader leaves it the keys, which it takes from an "img"
  canvas.setAttribute("aria-roledescription", "picture that takes keys");
  canvas.setAttribute("aria-label", label);
  const summary = make("p", "course-summary");
  const spoken = make("p", "course-spoken");
  spoken.setAttribute("role", "status");
  root.append(toolbar, canvas, summary, spoken);
  el.replaceChildren(root);
  return { root, toolbar, canvas, ...voice(summary, spoken) };
}

const QUIET = 800; // ms

/**
 * say(sentence) shows it at once; it is read out when it has stood for a while, not at every step of a drag or an
 * animation, and neither the first time nor when it is what was said last. hush() ends that.
 */
function voice(summary, spoken) {
  let [said, waiting] = [undefined, 0];
  const speak = () => {
    if (summary.textContent !== said) spoken.textContent = said = summary.textContent;
  };
  const say = (sentence) => {
    if (sentence === undefined || summary.textContent === sentence) return;
    summary.textContent = sentence;
    said ??= sentence;
    clearTimeout(waiting);
    waiting = setTimeout(speak, QUIET);
  };
  return { say, hush: () => clearTimeout(waiting) };
}

/** heed is called when a trait changes; tell sets traits, and heeds what of it the picture does not show yet. */
function exchange(model, traits, heed) {
  let telling = false; // each set calls the listeners, which must not read half of them
  const heard = () => telling || heed();
  for (const name of traits) model.on(`change:${name}`, heard);
  const tell = (values, changes) => {
    telling = true;
    for (const [name, value] of Object.entries({ ...values, ...changes })) model.set(name, value);
    telling = false;
    if (Object.keys(changes).length) heed();
    model.save_changes();
  };
  return { tell, stop: () => traits.forEach((name) => model.off(`change:${name}`, heard)) };
}

/** () -> the height that the page leaves for the picture; it never grows again, so that no sentence moves the picture. */
function roomIn({ root, canvas }) {
  let [width, least] = [0, Infinity];
  return () => {
    if (root.clientWidth !== width) [width, least] = [root.clientWidth, Infinity];
    return (least = Math.min(least, tallest() - (root.offsetHeight - canvas.offsetHeight)));
  };
}

const NARROWEST = 0.5;

/** [width, place]: the widest that arrange(width) makes no taller than the room, or the one of the least height. */
function widest(width, room, arrange) {
  let best = [width, arrange(width)];
  for (let some = width - 8; best[1].height > room && some >= NARROWEST * width; some -= 8) {
    const place = arrange(some);
    if (place.height < best[1].height) best = [some, place];
  }
  return best;
}

/** Draw at once, at every new width and in every new theme; later requests meet in one animation frame. */
function painter(root, draw) {
  const padding = 16; // both sides, as in style.css
  let [width, pending, dark] = [root.clientWidth || 720, 0, undefined];
  const now = () => {
    pending = 0;
    dark = isDark(root);
    wear(dark); // before each picture: two of one page may stand on different paper
    root.style.fontSize = `${Math.min(fontSize(width), 20)}px`;
    draw(width - padding);
  };
  const request = () => (pending ||= requestAnimationFrame(now));
  const look = () => {
    if (!root.clientWidth || (root.clientWidth === width && isDark(root) === dark)) return;
    width = root.clientWidth;
    now();
  };
  const observer = new ResizeObserver(look);
  observer.observe(root);
  const stopTheme = onTheme(look);
  const stop = () => {
    observer.disconnect();
    stopTheme();
    cancelAnimationFrame(pending);
  };
  return { now, request, stop };
}
