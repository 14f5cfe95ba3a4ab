import { decodeFloats, inflate } from "../shared/base64.js";
import { network, table } from "../shared/network.js";
import { glyphsOf, nearest } from "../shared/points.js";
import { distanceField, holeRadius, straightLine } from "./math.js";

export const STEPS = 9; // images on the line from A to B
const FIELD_SIDE = 81;

/** Everything the pictures are drawn from; what is packed arrives later, and then `arrived` is called. */
export function readState(model, arrived) {
  const codes = decodeFloats(model.get("codes"));
  const names = model.get("names");
  const exported = model.get("network");
  const state = {
    codes,
    names,
    labels: model.get("labels"),
    glyphs: glyphsOf(names),
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
    field: null,
  };
  readTouched(model, state);
  unpack(model, state, arrived);
  return state;
}

/** The part of the state that the reader changes. */
export function readTouched(model, state) {
  for (const name of ["z", "point_a", "point_b", "manifold", "holes"]) state[name] = model.get(name);
}

/** z moved to the nearest point of the map. */
export function clampPoint(z, { center, half }) {
  return z.map((value, axis) => Math.min(center[axis] + half, Math.max(center[axis] - half, value)));
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
