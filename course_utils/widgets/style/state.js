import { decodeFloats } from "../shared/base64.js";
import { mixed, perLayer, synthesised, truncated, unpacked } from "./math.js";

/** What never changes: the network, the sources' styles, the average, one set of noise. */
export function given(model) {
  const network = unpacked(model.get("network"));
  return {
    network,
    last: network.layers.length,
    sources: model.get("sources").map((text) => decodeFloats(text)),
    average: decodeFloats(model.get("average")),
    noises: model.get("noises").map((text) => decodeFloats(text)),
    before: [], // the three large pictures as they were last drawn
    pictures: new Map(), // what has been computed, by what it was computed of
  };
}

/** The picture with B's style from layer `start` on, or undefined where it is not there yet. */
export function known(state, start) {
  return state.pictures.get(key(state, start));
}

/** The picture with B's style from layer `start` on, computed where it is not there yet. */
export function picture(state, start) {
  const name = key(state, start);
  if (!state.pictures.has(name)) {
    if (state.pictures.size > 200) state.pictures.clear();
    state.pictures.set(name, compute(state, start));
  }
  return state.pictures.get(name);
}

/** The layer whose picture is missing and wanted first, or -1: A, B, and then the strip. */
export function missing(state) {
  const wanted = [state.last, ...Array(state.last).keys()];
  return wanted.find((start) => !known(state, start)) ?? -1;
}

function compute({ network, sources, average, noises, first, second, psi, noisy }, start) {
  const [a, b] = [first, second].map((i) => perLayer(truncated(sources[i], average, psi), network.layers));
  return synthesised(network, mixed(a, b, start), noisy ? noises : null);
}

/** All of A hangs on A alone, and all of B on B. */
function key({ first, second, psi, noisy, last }, start) {
  const who = start === last ? `A${first}` : start === 0 ? `A${second}` : `${first}-${start}-${second}`;
  return `${who} ${psi} ${noisy}`;
}
