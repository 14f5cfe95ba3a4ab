import { decodeFloats, inflate } from "../shared/base64.js";
import { network, table } from "../shared/network.js";
import { glyphsOf, nearest } from "../shared/points.js";

export const DRAW_NAMES = "abcdefghi"; // of the samples: digits are the classes' names

/** What the pictures are drawn from and never changes; images on a grid arrive later, and then `arrived` is called. */
export function given(model, arrived) {
  const names = model.get("names");
  const labels = model.get("labels");
  const common = {
    labels,
    kinds: [...new Set(labels)].sort((a, b) => a - b),
    glyphs: glyphsOf(names),
    shape: model.get("image_shape"),
    center: [0, 0],
  };
  return {
    ...common,
    names,
    betas: model.get("betas"),
    total: model.get("n_total"),
    draws: model.get("draws"),
    near: model.get("near"),
    far: model.get("far"),
    caches: [{}, {}], // of the maps, which are slow to draw
    autoencoder: unpack(model.get("autoencoder"), common, arrived),
    vaes: model.get("vaes").map((exported) => unpack(exported, common, arrived)),
  };
}

/** The part of the state that the reader changes. */
export function read(model, { betas, near, far }) {
  const [z, sampling, manifold, whole] = ["z", "sampling", "manifold", "whole"].map((name) => model.get(name));
  const index = Math.max(0, betas.indexOf(model.get("beta")));
  return { z, sampling, manifold, whole, index, half: whole ? far : near };
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
