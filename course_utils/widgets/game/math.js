// Who is shown when, and what the answers say; the numbers mirror course_utils/metrics.
import { normalQuantile } from "../shared/special.js";

const Z95 = 1.959963984540054; // leaves 2.5 % of N(0, 1) above it

/** 0 to n - 1 in an order that is drawn (Fisher and Yates). */
export function shuffled(uniform, n) {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * A game: [{source, index}], source 0 for a real picture (with probability 1/2 each time) and k for the k-th model's.
 * The models take turns in an order drawn anew each time; no picture comes twice. counts: pictures of each source.
 */
export function deal(uniform, rounds, counts) {
  const piles = counts.map((count) => shuffled(uniform, count));
  const models = [];
  return Array.from({ length: rounds }, () => {
    const real = uniform() < 0.5;
    if (!real && !models.length) models.push(...shuffled(uniform, counts.length - 1).map((i) => i + 1));
    const source = real ? 0 : models.pop();
    return { source, index: piles[source].pop() };
  });
}

/** Wilson's interval [low, high] at 95 % for a probability. */
export function wilson(successes, n) {
  const share = successes / n;
  const shrink = 1 + Z95 ** 2 / n;
  const middle = (share + Z95 ** 2 / (2 * n)) / shrink;
  const half = (Z95 / shrink) * Math.sqrt((share * (1 - share)) / n + Z95 ** 2 / (4 * n * n));
  return [successes === 0 ? 0 : Math.max(0, middle - half), successes === n ? 1 : Math.min(1, middle + half)];
}

/** d' with the log-linear correction. */
export function dPrime(hits, nSignal, falseAlarms, nNoise) {
  return normalQuantile((hits + 0.5) / (nSignal + 1)) - normalQuantile((falseAlarms + 0.5) / (nNoise + 1));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[middle - 0.5] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** As metrics.told_apart: a row for the real pictures, name null, then one for each of the models' names. */
export function toldApart(answers, names) {
  const rows = [null, ...names].map((name) => row(name, answers.filter(({ model }) => model === name)));
  const [real, ...models] = rows;
  for (const one of models) if (one.n && real.n) one.dPrime = dPrime(one.saidFake, one.n, real.saidFake, real.n);
  return rows;
}

function row(name, answers) {
  const n = answers.length;
  const saidFake = answers.filter(({ said }) => said === "fake").length;
  const none = { name, n, saidFake, rate: null, low: null, high: null, dPrime: null, seconds: null };
  if (!n) return none;
  const [low, high] = wilson(saidFake, n);
  return { ...none, rate: saidFake / n, low, high, seconds: median(answers.map(({ ms }) => ms)) / 1000 };
}
