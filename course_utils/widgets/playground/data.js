// Data in the plane: uniform mixtures of round Gaussians, whose centres are points or run along arcs.
import { normalCdf } from "../shared/special.js";

const arc = (radius, from, to, [x, y] = [0, 0]) => (share) => {
  const angle = from + share * (to - from);
  return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
};
const EIGHT = Array.from({ length: 8 }, (_, i) => [2 * Math.cos((i * Math.PI) / 4), 2 * Math.sin((i * Math.PI) / 4)]);

/** By name: std of the noise; eight equally likely parts, paths from share 0 to 1; how many centres stand for each. */
export const DATA_SETS = {
  eight_gaussians: { std: 0.15, parts: EIGHT.map((centre) => () => centre), each: 1 }, // data.toy("eight_gaussians")
  ring: {
    std: 0.15,
    parts: EIGHT.map((_, i) => arc(2, ((i - 0.5) * Math.PI) / 4, ((i + 0.5) * Math.PI) / 4)),
    each: 16,
  },
  moons: {
    std: 0.104, // data.toy("moons"): half circles of radius 1, noise 0.08, all times 1.3
    parts: [0, 1, 2, 3].flatMap((i) => [
      arc(1.3, (i * Math.PI) / 4, ((i + 1) * Math.PI) / 4, [-0.65, -0.325]),
      arc(1.3, ((i + 4) * Math.PI) / 4, ((i + 5) * Math.PI) / 4, [0.65, 0.325]),
    ]),
    each: 16,
  },
};

/** n points of the data, flat: [n * 2]. */
export function sampleData({ std, parts }, { uniform, normal }, n) {
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [x, y] = parts[Math.floor(8 * uniform())](uniform());
    points[2 * i] = x + std * normal();
    points[2 * i + 1] = y + std * normal();
  }
  return points;
}

/** Centres that stand for the mixture, evenly spaced on every part: those of the first part come first. */
export function centresOf({ parts, each }) {
  return parts.flatMap((path) => Array.from({ length: each }, (_, i) => path((i + 0.5) / each)));
}

/** P(each cell): side x side cells of the square [-half, half]^2, row by row from the lowest y, then all outside. */
export function cellProbabilities(data, half, side) {
  const cells = new Float64Array(side * side + 1);
  const centres = centresOf(data);
  const edges = Float64Array.from({ length: side + 1 }, (_, i) => -half + (2 * half * i) / side);
  for (const [x, y] of centres) {
    const [across, up] = [x, y].map((centre) => {
      const below = edges.map((edge) => normalCdf((edge - centre) / data.std));
      return Float64Array.from({ length: side }, (_, i) => below[i + 1] - below[i]);
    });
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        cells[row * side + column] += (up[row] * across[column]) / centres.length;
      }
    }
  }
  cells[side * side] = Math.max(0, 1 - cells.reduce((sum, value) => sum + value, 0));
  return cells;
}
