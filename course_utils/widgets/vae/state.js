import { decodeFloats, inflate } from "../shared/base64.js";
import { network, table } from "../shared/network.js";
import { glyphsOf, nearest } from "../shared/points.js";

export const TOUCHED = ["z", "beta", "sampling", "manifold", "whole"];
export const DRAW_NAMES = "abcdefghi"; // of the samples: digits are the classes' names

/** Everything the pictures are drawn from; images on a grid arrive later, and then `arrived` is called. */
export function readState(model, arrived) {
  const names = model.get("names");
  const labels = model.get("labels");
  const common = {
    labels,
    kinds: [...new Set(labels)].sort((a, b) => a - b),
    glyphs: glyphsOf(names),
    shape: model.get("image_shape"),
    center: [0, 0],
  };
  const state = {
    ...common,
    names,
    betas: model.get("betas"),
    total: model.get("n_total"),
    draws: model.get("draws"),
    near: model.get("near"),
    far: model.get("far"),
    autoencoder: unpack(model.get("autoencoder"), common, arrived),
    vaes: model.get("vaes").map((exported) => unpack(exported, common, arrived)),
  };
  readTouched(model, state);
  return state;
}

/** The part of the state that the reader changes. */
export function readTouched(model, state) {
  for (const name of TOUCHED) state[name] = model.get(name);
  state.index = Math.max(0, state.betas.indexOf(state.beta));
  state.half = state.whole ? state.far : state.near;
}

/** The two models on show, as [key, name, model]; each has codes, decode and what a map needs. */
export function shown(state) {
  const vae = state.vaes[state.index];
  const half = state.half;
  return [
    { key: "autoencoder", name: "Autoencoder", short: "AE", ...state.autoencoder, half },
    { key: "vae", name: `VAE, \u03b2 = ${state.betas[state.index]}`, short: "VAE", ...vae, half },
  ];
}

/** {name, distance} of the model's code nearest to z: its class and how far it is. */
export function nearestCode(side, names, z) {
  const { index, distance } = nearest(side.codes, z);
  return { name: names[side.labels[index]], distance };
}

function unpack({ network: exported, grid, codes, logvar, kl }, common, arrived) {
  const side = {
    ...common,
    codes: decodeFloats(codes, "float16"),
    logvar: logvar && decodeFloats(logvar, "float16"),
    kl,
    decode: exported.layers ? network(exported) : null,
    grid: grid.side,
  };
  if (grid.data) {
    inflate(grid.data).then((images) => {
      side.decode = table(grid, images);
      arrived();
    });
  }
  return side;
}
