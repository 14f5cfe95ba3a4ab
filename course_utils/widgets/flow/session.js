// Everything that the data, the coupling and the seed fix, round by round; what is computed once is kept.
import { normals, stream, subSeed } from "../shared/random.js";
import { evenData, evenNoise, sharesOf } from "./draws.js";
import { alongLines, distance, follow, independent, outOfOrder, straightness, velocityOf } from "./math.js";
import { fittedVelocity } from "./pairs.js";
import { transported, w1To } from "./transport.js";

export const POINTS = 120; // noise points, followed by every sampler
export const LINES = 40; // of them on show
export const FINE = 40; // steps of the Runge-Kutta method that stand for an exact flow
export const PAIRS = 512; // of a velocity that is fitted to pairs
export const BATCH = 64; // of the coupling by optimal transport
export const WIDTH = 0.1; // of the Gaussian around both ends of a pair

/** problem: {mixture, dim, models: [velocity of each round]}. */
export function newSession(problem, { coupling, seed }) {
  const { mixture, dim } = problem;
  const random = (use) => stream(subSeed(seed, use));
  const noise = evenNoise(random(0), POINTS, dim);
  const starts = shownOf(noise, dim);
  const data = evenData(mixture, random(1), LINES);
  const ends = coupling === "independent" ? data : transported(starts, data, dim);
  const truth = { w1: w1To(mixture, POINTS), weights: mixture.weights };
  return { ...problem, coupling, random, noise, starts, ends, truth, rounds: {} };
}

/** Every third of the points: they are in order, so that these spread as evenly. */
export function shownOf(points, dim) {
  const every = POINTS / LINES;
  return Float64Array.from({ length: LINES * dim }, (_, i) => {
    return points[(Math.floor(i / dim) * every + Math.floor(every / 2)) * dim + (i % dim)];
  });
}

/** The round's lines, its flow and what is measured of both; field: "exact" or "learned". */
export function roundOf(session, field, k) {
  return (session.rounds[`${field} ${k}`] ??= newRound(session, field, k));
}

function newRound(session, field, k) {
  const { dim, noise, starts } = session;
  const velocity = field === "learned" ? session.models[k] : exactVelocity(session, k);
  const fine = velocity
    ? follow(velocity, noise, FINE, "rk4")
    : alongLines(noise, orderedEnds(session), FINE);
  const ends = k === 0 ? session.ends : shownOf(roundOf(session, field, k - 1).fine.at(-1), dim);
  const measures = { straightness: straightness(fine, dim), crossings: outOfOrder(starts, ends, dim) };
  return { velocity, fine, starts, ends, measures, runs: {} };
}

/** null stands for straight lines to where the ordered map leads. */
function exactVelocity(session, k) {
  const { mixture, dim, coupling } = session;
  if (k === 0 && coupling === "independent") return velocityOf(independent(mixture));
  if (dim === 1) return null;
  const { starts, ends } = pairsOf(session, k);
  return fittedVelocity(starts, ends, WIDTH);
}

/** On a line the flow of the independent coupling keeps the order: it is the one map from noise to data that does. */
function orderedEnds(session) {
  return (session.ordered ??= follow(velocityOf(independent(session.mixture)), session.noise, FINE, "rk4").at(-1));
}

/** Noise and data that round k's velocity is fitted to: matched batches, or the ends of the flow before. */
function pairsOf(session, k) {
  const { dim, mixture } = session;
  const starts = normals(session.random(2), PAIRS, dim);
  if (k > 0) {
    const { velocity } = roundOf(session, "exact", k - 1);
    return { starts, ends: follow(velocity, starts, FINE, "midpoint").at(-1) };
  }
  const ends = new Float64Array(starts.length);
  const random = session.random(3);
  for (let from = 0; from < starts.length; from += BATCH * dim) {
    const batch = evenData(mixture, random, BATCH);
    ends.set(transported(starts.subarray(from, from + BATCH * dim), batch, dim), from);
  }
  return { starts, ends };
}

/** The points' way in so many steps, and how far they end from the round's exact flow and from the data. */
export function runOf(session, round, { steps, method }) {
  return (round.runs[`${steps} ${method}`] ??= newRun(session, round, steps, method));
}

function newRun({ dim, noise, mixture, truth }, { velocity, fine }, steps, method) {
  const exact = fine.at(-1);
  const states = velocity ? follow(velocity, noise, steps, method) : alongLines(noise, exact, steps);
  const ends = states.at(-1);
  const measures = { error: distance(ends, exact, dim), w1: truth.w1(ends), shares: sharesOf(mixture, ends) };
  return { states, measures };
}
