import { fontSize, prepare, write } from "../shared/canvas.js";
import { inBox, stripBox } from "../shared/images.js";
import { onDrag, onKeys, reducedMotion } from "../shared/input.js";
import { scaleMap } from "../shared/map.js";
import { glide } from "../shared/motion.js";
import { nearest } from "../shared/points.js";
import { button, follow, painter, shell } from "../shared/shell.js";
import { drawPair, drawStrip } from "./images.js";
import { drawGround, drawMarks } from "./map.js";
import { largestHole } from "./math.js";
import { STEPS, clampPoint, inHole, readState, readTouched, stripPoints } from "./state.js";

const LABEL =
  "A map of latent codes, each drawn as its label, and the image that the decoder makes of the point z. " +
  "Arrows move z, shift makes the steps small, A and B set the ends of a line, space plays along it.";
const TOUCHED = ["z", "point_a", "point_b", "manifold", "holes"];
const PLAY_MS = 3000;

/** Where everything goes for a canvas of this width: the map, two images, a strip of nine. */
function layout(width, state) {
  const size = fontSize(width);
  const wide = width >= 560;
  const side = Math.round(wide ? width * 0.5 : width - 4);
  const map = { left: 2, top: size * 1.6, side, size };
  const column = wide ? side + size * 1.4 : 2;
  const room = width - column - 4;
  const top = wide ? map.top : map.top + side + size * 3.6;
  const tall = state.shape[1] / state.shape[2];
  const step = room / STEPS;
  const stripSide = step - 4;
  const words = size * (state.live ? 4 : 6.2); // below the decoded image, and above the strip
  const share = state.hasTraining ? 0.66 : 1;
  const big = wide ? Math.min(room * share, (side - words) / tall - stripSide) : room * 0.66;
  const little = Math.min(room - big - size, big * 0.7);
  const stripTop = wide ? map.top + side - stripSide * tall : top + big * tall + size * 2.2 + words;
  const strip = { left: column, top: stripTop, side: stripSide, step, tall };
  return {
    size,
    map,
    decoded: { left: column + 2, top, width: big, height: big * tall },
    training: { left: column + big + size, top, width: little, height: little * tall },
    strip,
    height: Math.max(map.top + side, stripTop + stripSide * tall) + size * 1.6,
  };
}

function describe(state) {
  const [x, y] = state.z.map((value) => value.toFixed(2).replace("-", "\u2212"));
  const { index, distance } = nearest(state.codes, state.z);
  const where = inHole(state, state.z) ? "a hole: " : "";
  const holes = stripPoints(state).filter((z) => inHole(state, z)).length;
  const strip = state.strip === "line" ? "On the line from A to B" : "Of the samples from N(0, I)";
  return (
    `z = (${x}, ${y}). Nearest training code: class ${state.names[state.labels[index]]}, at distance ` +
    `${distance.toFixed(2)} (${where}99% of the codes have a neighbour within ${state.radius.toFixed(2)}). ` +
    `${strip}, ${holes} of ${STEPS} points are in holes.`
  );
}

function drawing({ canvas, summary }, current) {
  const cache = {};
  return (width) => {
    const { state } = current;
    const place = (current.place = layout(width, state));
    const context = prepare(canvas, width, place.height);
    const shown = state.labels.length;
    const some = shown < state.total ? `${shown.toLocaleString("en")} of ${state.total.toLocaleString("en")}` : shown.toLocaleString("en");
    write(context, `The map of ${some} codes`, place.map.left, place.size, { size: place.size, bold: true });
    drawGround(context, place.map, state, cache);
    drawMarks(context, place.map, state);
    drawPair(context, place, state);
    drawStrip(context, place, state, current.playing);
    summary.textContent = describe(state);
  };
}

/** Motion along the line: smooth, or one of the nine points at a time where less motion is wanted. */
function player(current, moveTo, save) {
  const at = (share) => {
    const { point_a: a, point_b: b } = current.state;
    current.playing = Math.round(share * (STEPS - 1));
    moveTo([0, 1].map((axis) => a[axis] + share * (b[axis] - a[axis])));
  };
  const motion = glide(PLAY_MS, at, save);
  const stop = () => {
    motion.stop();
    current.playing = -1;
  };
  const toggle = () => {
    current.state.strip = "line";
    if (reducedMotion()) {
      at((((current.playing ?? -1) + 1) % STEPS) / (STEPS - 1));
      save();
    } else if (motion.running()) {
      stop();
    } else {
      motion.start();
    }
  };
  return { toggle, stop };
}

function dragging(current, moveTo, save) {
  const move = (point) => moveTo(scaleMap(current.place.map, current.state).toValue(point));
  const start = (point) => {
    const { map, strip } = current.place;
    if (inBox(point, { left: map.left, top: map.top, width: map.side, height: map.side })) {
      move(point);
      return true;
    }
    const hit = stripPoints(current.state).findIndex((_, i) => inBox(point, stripBox(strip, i)));
    if (hit < 0) return false;
    moveTo(stripPoints(current.state)[hit]);
    save();
    return false;
  };
  return { start, move };
}

function addButtons(toolbar, current, { save, moveTo, play, repaint }) {
  const { state } = current;
  const setEnd = (name) => () => {
    state.strip = "line";
    save({ [name]: [...state.z] });
  };
  const flip = (name) => () => save({ [name]: !state[name] });
  button(toolbar, "Set A", setEnd("point_a"), { title: "A: start the line here" });
  button(toolbar, "Set B", setEnd("point_b"), { title: "B: end the line here" });
  button(toolbar, "Play A to B", play.toggle, { title: "Space" });
  const switches = {
    manifold: button(toolbar, "Decode the map", flip("manifold"), { pressed: state.manifold }),
    holes: button(toolbar, "Shade holes", flip("holes"), { pressed: state.holes }),
  };
  button(toolbar, "Largest hole", () => {
    moveTo(largestHole(state.codes, state.center, state.half).z);
    save();
  });
  const samples = button(toolbar, "Sample N(0, I)", () => {
    state.strip = state.strip === "line" ? "samples" : "line";
    repaint();
  }, { pressed: false });
  const refresh = () => {
    for (const [name, element] of Object.entries(switches)) element.setAttribute("aria-pressed", String(state[name]));
    samples.setAttribute("aria-pressed", String(state.strip === "samples"));
  };
  return { refresh, setA: setEnd("point_a"), setB: setEnd("point_b") };
}

function stepping({ state }, moveTo, { setA, setB }, play) {
  const nudge = (x, y) => (size) =>
    moveTo([state.z[0] + x * size * state.half * 0.03, state.z[1] + y * size * state.half * 0.03]);
  return {
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
    a: setA,
    b: setB,
    " ": play.toggle,
  };
}

function render({ model, el }) {
  const parts = shell(el, LABEL);
  const current = { state: readState(model, () => paint.request()), place: null, playing: -1 };
  const { state } = current;
  const paint = painter(parts.root, drawing(parts, current));
  const place = (z) => {
    state.z = clampPoint(z, state);
    paint.request();
  };
  const save = (changes = {}) => {
    const all = { z: [...state.z], ...changes };
    for (const [name, value] of Object.entries(all)) model.set(name, value);
    model.save_changes();
    repaint();
  };
  const play = player(current, place, save);
  const moveTo = (z) => (play.stop(), place(z));
  const buttons = addButtons(parts.toolbar, current, { save, moveTo, play, repaint: () => repaint() });
  function repaint() {
    buttons.refresh();
    paint.request();
  }
  const refresh = () => (readTouched(model, state), repaint());
  const stopKeys = onKeys(parts.root, parts.canvas, stepping(current, moveTo, buttons, play), () => save());
  const stopDrag = onDrag(parts.canvas, { ...dragging(current, moveTo, save), end: () => save() });
  paint.paint();
  return follow(model, TOUCHED, refresh, [play.stop, stopKeys, stopDrag, paint.stop]);
}

export default { render };
