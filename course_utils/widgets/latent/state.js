import { decodeFloats, inflate } from "../shared/base64.js";
import { network, table } from "../shared/network.js";
import { clamp } from "../shared/numbers.js";
import { glyphsOf, nearest } from "../shared/points.js";
import { distanceField, holeRadius, straightLine } from "./math.js";

export const STEPS = 9; // images on the line from A to B
const FIELD_SIDE = 81;

/** What the pictures are drawn from and never changes; what is packed arrives later, and then `arrived` is called. */
export function given(model, arrived) {
  const codes = decodeFloats(model.get("codes"));
  const names = model.get("names");
  const exported = model.get("network");
  const state = {
    codes,
    names,
    labels: model.get("labels"),
    glyphs: names.length ? glyphsOf(names) : ["o"], // without labels
    total: model.get("n_total"),
    shape: model.get("image_shape"),
    samples: model.get("samples"),
    center: model.get("center"),
    half: model.get("half"),
    radius: holeRadius(codes),
    live: Boolean(exported.layers),
    decode: exported.layers ? network(exported) : null,
    hasTraining: Boolean(model.get("images").data),
    training: null,
    strip: "line",
    playing: -1, // or the point of the strip that is passed
    field: null,
    cache: {}, // pictures that are slow to draw
  };
  unpack(model, state, arrived);
  return state;
}

/** z moved to the nearest point of the map. */
export function clampPoint(z, { center, half }) {
  return z.map((value, axis) => clamp(value, center[axis] - half, center[axis] + half));
}

/** The points of the strip: on the straight line from A to B, or samples from N(0, I). */
export function stripPoints(state) {
  return state.strip === "line" ? straightLine(state.point_a, state.point_b, STEPS) : state.samples;
}

/** Whether z is further from every code than almost all codes are from one another. */
export function inHole(state, z) {
  return nearest(state.codes, z).distance > state.radius;
}

/** The distance to the nearest code over the map, computed when it is first asked for. */
export function holeField(state) {
  state.field ??= distanceField(state.codes, state.center, state.half, FIELD_SIDE);
  return { side: FIELD_SIDE, values: state.field };
}

async function unpack(model, state, arrived) {
  const images = model.get("images");
  const grid = model.get("grid");
  if (!state.live) state.decode = table(grid, await inflate(grid.data));
  if (state.hasTraining) state.training = { count: images.count, pixels: await inflate(images.data) };
  if (!state.live || state.hasTraining) arrived();
}
