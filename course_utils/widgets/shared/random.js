// Random numbers from a seed: the same seed gives the same game in every run of the same browser.

/** A stream with .uniform() in [0, 1) and .normal(); 32 bits of state (the generator called mulberry32). */
export function stream(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  // Box and Muller, one of the pair: 1 - u is never 0, so that the logarithm is finite.
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A seed of its own for each use, so that one stream's length never moves another's numbers. */
export function subSeed(seed, use) {
  return (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(use + 1, 0x85ebca6b)) >>> 0;
}

/** n points of N(0, I), flat: [n * width]. */
export function normals({ normal }, n, width) {
  return Float64Array.from({ length: n * width }, normal);
}
