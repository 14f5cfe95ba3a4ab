// Which of the schedule's T levels a sampler visits, as samplers.timesteps picks them; levels[t] is alpha-bar after step t
// of the mathematics.
import { visitedTimes } from "../shared/noising.js";

const RHO = 7; // of Karras et al. 2022, eq. 5
const HIGHEST = 200; // of s: where it begins on a schedule that ends higher

/** s = sigma / signal at each time, [T + 1]: 0 before any noise. */
export function sigmasOf(levels) {
  return Float64Array.from(levels, (level) => Math.sqrt((1 - level) / level));
}

/** The levels s that a sampler of so many steps visits, falling to the data's 0. */
export function visitedLevels(sigmas, steps, spacing) {
  const times = spacing === "karras" ? karrasTimes(sigmas, steps) : visitedTimes(sigmas.length - 1, steps).reverse();
  return Float64Array.from(times, (t) => sigmas[t]);
}

/**
 * Evenly in the seventh root of s between the schedule's own ends, or from HIGHEST, each at the index whose log s is
 * nearest among those that are free.
 */
function karrasTimes(sigmas, steps) {
  const total = sigmas.length - 1;
  const logs = Array.from(sigmas.subarray(1), Math.log); // of the index t - 1
  const [low, high] = [logs[0], Math.min(logs[total - 1], Math.log(HIGHEST))].map((log) => Math.exp(log / RHO));
  const visited = Array.from({ length: steps }, (_, i) => {
    const share = steps === 1 ? 0 : i / (steps - 1);
    return nearestIndex(logs, RHO * Math.log(high + share * (low - high)));
  });
  for (let i = steps - 2; i >= 0; i--) visited[i] = Math.max(visited[i], visited[i + 1] + 1);
  for (let i = 0; i < steps; i++) visited[i] = Math.min(visited[i], i === 0 ? total - 1 : visited[i - 1] - 1);
  return [...visited.map((index) => index + 1), 0];
}

function nearestIndex(logs, wanted) {
  let best = 0;
  for (let i = 1; i < logs.length; i++) if (Math.abs(logs[i] - wanted) < Math.abs(logs[best] - wanted)) best = i;
  return best;
}
