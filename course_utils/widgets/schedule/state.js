import { decodeFloats } from "../shared/base64.js";
import { PRESETS, makeSchedule, pointsOn } from "./math.js";

/** What the presets are called on the buttons. */
export const NAMES = {
  yours: "Yours",
  linear: "Linear",
  "linear_0.04": "Linear to 0.04",
  cosine: "Cosine",
  cosine_no_offset: "Cosine, no offset",
  sigmoid: "Sigmoid",
};
/** What a schedule is called; one that Python sends has the name of its file. */
export const nameOf = (preset) => NAMES[preset] ?? preset.charAt(0).toUpperCase() + preset.slice(1).replaceAll("_", " ");

/** What never changes. */
export function given(model) {
  const yours = model.get("yours");
  const others = model.get("others") ?? {};
  return {
    steps: model.get("num_train_timesteps"),
    shape: model.get("image_shape"),
    x0: decodeFloats(model.get("image")),
    noise: decodeFloats(model.get("noise")),
    given: { ...others, yours },
    presets: [...Object.keys(NAMES).filter((name) => name !== "yours" || yours.length), ...Object.keys(others)],
  };
}

/** What the reader or Python may have changed. */
export function read(model, state) {
  for (const name of ["preset", "points", "scale", "step"]) state[name] = model.get(name);
  refresh(state);
}

/** What follows: the schedule, the preset as it was, the control points as shown. */
export function refresh(state) {
  const { preset, points, scale, steps } = state;
  const base = preset in state.given ? Float64Array.from(state.given[preset]) : PRESETS[preset](steps);
  state.before = makeSchedule({ base, points: [], scale: 1 });
  state.schedule = makeSchedule({ base, points, scale });
  state.changed = points.length > 0 || scale !== 1;
  state.name = nameOf(preset).toLowerCase();
  const shift = Math.log(scale);
  state.shown = unshifted(state).map(([step, value]) => [step, value + shift]);
}

/** The control points before the factor: the reader's, or where they start on the preset. */
export function unshifted({ points, before }) {
  return points.length ? points : pointsOn(before.logSnr);
}
