import { write } from "../shared/canvas.js";
import { button, toggle } from "../shared/controls.js";
import { inBox, stripBox } from "../shared/images.js";
import { scaleMap } from "../shared/map.js";
import { glide, reducedMotion } from "../shared/motion.js";
import { mount } from "../shared/mount.js";
import { minus } from "../shared/numbers.js";
import { nearest } from "../shared/points.js";
import { drawPair, drawStrip } from "./images.js";
import { drawGround, drawMarks } from "./map.js";
import { largestHole } from "./math.js";
import { STEPS, clampPoint, given, inHole, stripPoints } from "./state.js";

const LABEL =
  "A map of latent codes, each drawn as its label, and the image that the decoder makes of the point z. " +
  "Arrows move z, shift makes the steps small, A and B set the ends of a line, space plays along it.";
const PLAY_MS = 3000;

/** Where everything goes for a canvas of this width: the map, two images, a strip of nine. */
function layout(width, size, state, tallest) {
  const wide = width >= 560;
  const side = Math.round(wide ? Math.min(width * 0.5, tallest - size * 3.3) : width - 4);
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
  const [x, y] = state.z.map((value) => minus(value.toFixed(2)));
  const { index, distance } = nearest(state.codes, state.z);
  const where = inHole(state, state.z) ? "a hole: " : "";
  const holes = stripPoints(state).filter((z) => inHole(state, z)).length;
  const strip = state.strip === "line" ? "On the line from A to B" : "Of the samples from N(0, I)";
  const named = state.names.length ? `: class ${state.names[state.labels[index]]},` : "";
  return (
    `z = (${x}, ${y}). Nearest training code${named} at distance ` +
    `${distance.toFixed(2)} (${where}99% of the codes have a neighbour within ${state.radius.toFixed(2)}). ` +
    `${strip}, ${holes} of ${STEPS} points are in holes.`
  );
}

function draw(context, { state, place }) {
  const shown = state.labels.length;
  const some = shown < state.total ? `${shown.toLocaleString("en")} of ${state.total.toLocaleString("en")}` : shown.toLocaleString("en");
  write(context, `The map of ${some} codes`, place.map.left, place.size, { size: place.size, bold: true });
  drawGround(context, place.map, state, state.cache);
  drawMarks(context, place.map, state);
  drawPair(context, place, state);
  drawStrip(context, place, state, state.playing);
  return describe(state);
}

/** Motion along the line: smooth, or one of the nine points at a time where less motion is wanted. */
function player(state, moveTo, save) {
  const at = (share) => {
    const { point_a: a, point_b: b } = state;
    state.playing = Math.round(share * (STEPS - 1));
    moveTo([0, 1].map((axis) => a[axis] + share * (b[axis] - a[axis])));
  };
  const motion = glide(PLAY_MS, at, save);
  const stop = () => {
    motion.stop();
    state.playing = -1;
  };
  const toggle = () => {
    state.strip = "line";
    if (reducedMotion()) {
      at(((state.playing + 1) % STEPS) / (STEPS - 1));
      save();
    } else if (motion.running()) {
      stop();
    } else {
      motion.start();
    }
  };
  return { toggle, stop };
}

function drag(view, { moveTo }) {
  const move = (point) => moveTo(scaleMap(view.place.map, view.state).toValue(point));
  const start = (point) => {
    const { map, strip } = view.place;
    if (inBox(point, { left: map.left, top: map.top, width: map.side, height: map.side })) {
      move(point);
      return true;
    }
    const hit = stripPoints(view.state).findIndex((_, i) => inBox(point, stripBox(strip, i)));
    if (hit < 0) return false;
    moveTo(stripPoints(view.state)[hit]);
    view.save();
    return false;
  };
  return { start, move };
}

function controls({ toolbar, state, save, changed }, { moveTo, setA, setB, play }) {
  button(toolbar, "Set A", setA, { title: "A: start the line here" });
  button(toolbar, "Set B", setB, { title: "B: end the line here" });
  button(toolbar, "Play A to B", play.toggle, { title: "Space" });
  const flip = (name, text) => toggle(toolbar, text, () => state[name], () => save({ [name]: !state[name] }));
  const shows = [flip("manifold", "Decode the map"), flip("holes", "Shade holes")];
  button(toolbar, "Largest hole", () => {
    moveTo(largestHole(state.codes, state.center, state.half).z);
    save();
  });
  const sampled = () => state.strip === "samples";
  const swap = () => {
    state.strip = sampled() ? "line" : "samples";
    changed();
  };
  shows.push(toggle(toolbar, "Sample N(0, I)", sampled, swap));
  return () => shows.forEach((show) => show());
}

function keys({ state }, { moveTo, setA, setB, play }) {
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

function deeds({ state, save, changed }) {
  const place = (z) => {
    state.z = clampPoint(z, state);
    changed();
  };
  const setEnd = (name) => () => {
    state.strip = "line";
    save({ [name]: [...state.z] });
  };
  const play = player(state, place, save);
  const moveTo = (z) => (play.stop(), place(z));
  return { moveTo, play, setA: setEnd("point_a"), setB: setEnd("point_b"), stop: play.stop };
}

const render = mount({
  label: LABEL,
  traits: ["z", "point_a", "point_b", "manifold", "holes"],
  layout,
  given,
  values: ({ state }) => ({ z: [...state.z] }),
  deeds,
  controls,
  keys,
  drag,
  draw,
});

export default { render };
