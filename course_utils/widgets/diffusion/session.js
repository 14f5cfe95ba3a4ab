// Everything that is computed for one setting: paths from the same noise, fields on a grid, in pieces of a few ms.
import { ddpmStep, diffuse, guessOfData, visitedTimes } from "../shared/noising.js";
import { gridPoints } from "../shared/points.js";
import { normals, stream, subSeed } from "../shared/random.js";
import { compare, ddimStep, exactEpsilon, forwardStep, logDensity, meanSquare, sampleMixture } from "./math.js";

export const POINTS = 300;
export const GRID = 24; // points of a field along a side
export const FINE = 64; // of the density
const CHUNK = 60; // points that the network sees in one piece of work

/** {levels, mixture, half, learned} is what is given (learned: null without a network); the rest the reader chooses. */
export function newSession(given, { steps, variance, seed }) {
  const times = visitedTimes(given.levels.length - 1, steps);
  const random = stream(subSeed(seed, 1));
  return {
    ...given,
    fields: { exact: exactEpsilon(given.mixture, given.levels), learned: given.learned },
    times,
    variance,
    start: normals(stream(subSeed(seed, 0)), POINTS, 2), // x_T of every path, whatever drives it
    noises: times.map(() => normals(random, POINTS, 2)), // of the step from times[k] to the next
    clean: sampleMixture(given.mixture, stream(subSeed(seed, 2)), POINTS),
    grid: Float64Array.from(gridPoints([0, 0], given.half, GRID).flat()),
    paths: new Map(),
    grids: [],
    truths: [],
    kept: {}, // pictures that are slow to draw
  };
}

/** The time whose field is shown at times[k]: at t = 0 there is no noise to predict. */
export function fieldTime({ times }, k) {
  return Math.max(1, times[k]);
}

/** p_t on the fine grid as a share of its peak, and the exact noise on the grid. */
export function truthAt(session, k) {
  return (session.truths[k] ??= (() => {
    const t = fieldTime(session, k);
    const fine = Float64Array.from(gridPoints([0, 0], session.half, FINE).flat());
    const logs = logDensity(diffuse(session.mixture, session.levels[t]), fine);
    const peak = logs.reduce((most, value) => Math.max(most, value));
    return { density: logs.map((value) => Math.exp(value - peak)), epsilon: session.fields.exact(session.grid, t) };
  })());
}

/** The learned noise on the grid at times[k], or null while it is not there. */
export function learnedAt(session, k) {
  const job = session.grids[k];
  return job && isDone(job) ? job.out : null;
}

/** A path {process, field, states, reached}: states[k] are the points at times[k], known as far as `reached`. */
export function pathOf(session, process, field) {
  const key = process === "forward" ? process : `${process} ${field}`;
  if (!session.paths.has(key)) {
    const states = process === "forward" ? chain(session) : [];
    const last = session.times.length - 1;
    states[last] ??= session.start;
    session.paths.set(key, { process, field, states, reached: process === "forward" ? 0 : last, jobs: {} });
  }
  return session.paths.get(key);
}

/** The forward chain: noise is added from one visited time to the next. */
function chain({ clean, times, levels, noises }) {
  const states = [clean];
  for (let k = 1; k < times.length; k++) {
    states[k] = forwardStep(states[k - 1], noises[k], { a: levels[times[k]], before: levels[times[k - 1]] });
  }
  return states;
}

/** What is on show of a path: {k, points, measures, error}; k stays behind while the path is still computed. */
export function onShow(session, path, wanted) {
  const k = Math.max(wanted, path.reached);
  const points = path.states[k];
  const measures = compare(diffuse(session.mixture, session.levels[session.times[k]]), points);
  const [exact, learned] = ["exact", "learned"].map((field) => path.jobs[`${field} ${k}`]);
  const known = exact && learned && isDone(exact) && isDone(learned);
  return { k, points, measures, error: known ? meanSquare(learned.out, exact.out) : null };
}

/** A field's guess of x_0 for point i of a path at times[k], [x, y], or null at t = 0. */
export function guessAt(session, { states }, { k, i, field }) {
  if (k === 0) return null;
  const point = states[k].subarray(2 * i, 2 * i + 2);
  const t = session.times[k];
  return guessOfData(point, session.fields[field](point, t), session.levels[t]);
}

/** Do what is missing until the time is up, what is on show first; returns whether anything is left. */
export function work(session, shown, until) {
  for (const _ of pieces(session, shown)) if (performance.now() >= until) return true;
  return false;
}

function* pieces(session, { k, processes, field }) {
  const paths = processes.map((process) => pathOf(session, process, field));
  const backwards = session.times.map((_, i) => session.times.length - 1 - i);
  if (session.learned) yield* run(gridJob(session, k));
  while (paths.some(({ reached }) => reached > 0)) {
    const path = paths.reduce((last, one) => (one.reached > last.reached ? one : last));
    yield* run(pathJob(session, path, path.reached, path.field));
    takeStep(session, path);
  }
  if (!session.learned) return;
  for (const at of [k, ...backwards]) {
    if (at === 0) continue;
    for (const path of paths) for (const name of ["exact", "learned"]) yield* run(pathJob(session, path, at, name));
  }
  for (const at of backwards) yield* run(gridJob(session, at));
}

/** From states[reached] to the state before it. */
function takeStep({ levels, times, noises, variance }, path) {
  const k = path.reached;
  const epsilon = path.jobs[`${path.field} ${k}`].out;
  const step = { a: levels[times[k]], before: levels[times[k - 1]], variance };
  const points = path.states[k];
  const stochastic = path.process === "stochastic";
  path.states[k - 1] = stochastic ? ddpmStep(points, epsilon, noises[k], step) : ddimStep(points, epsilon, step);
  path.reached = k - 1;
}

function gridJob(session, k) {
  return (session.grids[k] ??= newJob(session.fields.learned, session.grid, fieldTime(session, k)));
}

function pathJob(session, path, k, field) {
  return (path.jobs[`${field} ${k}`] ??= newJob(session.fields[field], path.states[k], session.times[k]));
}

/** A prediction of the noise at many points that is filled in piece by piece. */
function newJob(epsilon, points, t) {
  return { epsilon, points, t, out: new Float64Array(points.length), filled: 0 };
}

const isDone = ({ filled, points }) => filled === points.length;

function* run(job) {
  while (!isDone(job)) {
    const end = Math.min(job.points.length, job.filled + 2 * CHUNK);
    job.out.set(job.epsilon(job.points.subarray(job.filled, end), job.t), job.filled);
    job.filled = end;
    yield;
  }
}
