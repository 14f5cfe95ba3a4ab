// What a mixture, a schedule and a seed fix; and every sampler's result, computed once, in sets of points, and kept.
import { gridPoints } from "../shared/points.js";
import { normals, stream, subSeed } from "../shared/random.js";
import { denoiser, density, evenNormals, flow, sampleMixture } from "./math.js";
import { distances, modeMasses, referenceOf, slicedW1 } from "./measures.js";
import { SAMPLERS, callsMade } from "./samplers.js";
import { sigmasOf, visitedLevels } from "./spacing.js";

export const POINTS = 300; // in a set; the first set is on show
/** Sets that a sampler is measured on. Fresh noise leaves chance, which the even start of a deterministic path has not. */
export const SETS = { fresh: 32, path: 4 };
export const CALLS = [2, 60];
export const FINE = 96; // points of the density along a side
const COARSE = 4; // values of the truth for each point of one set: quick, while it is dragged
const TRIALS = 40; // sets of exact draws, to see what chance does
const REACH = 5; // standard deviations of a mode that are on show
const MARGIN = 1.05; // so that no mode lies on the edge, however narrow
const LOWEST = 1e-3; // of the narrowest mode: where the exact path is as good as ended
const EVERY = Array.from({ length: CALLS[1] - CALLS[0] + 1 }, (_, i) => CALLS[0] + i);
/** Where the curves are measured ahead. */
export const OUTLINE = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 30, 40, 50, 60];

/** What is the same for every noise: the density as a picture, the truth seen from all directions, exact draws. */
export function newProblem(mixture) {
  const { means, stds } = mixture;
  const half = MARGIN * Math.max(...means.map(([x, y], k) => Math.max(Math.abs(x), Math.abs(y)) + REACH * stds[k]));
  const fine = Float64Array.from(gridPoints([0, 0], half, FINE).flat());
  const reference = referenceOf(mixture, SETS.fresh * POINTS);
  const coarse = referenceOf(mixture, COARSE * POINTS);
  const draws = Array.from({ length: TRIALS }, (_, i) => sampleMixture(mixture, stream(subSeed(i, 3)), POINTS));
  return {
    mixture,
    half,
    density: density(mixture, fine),
    reference,
    coarse,
    draws: draws[0],
    chance: chanceOf(draws.map((points) => slicedW1(points, coarse))),
  };
}

/**
 * What sliced W1 comes to for as many exact draws as a sampler with fresh noise is measured on: {low, high}, the extremes,
 * and margin, two standard deviations. All fall with the root of the number of points, of which a trial has fewer.
 */
function chanceOf(trials) {
  const scale = 1 / Math.sqrt(SETS.fresh);
  const mean = trials.reduce((sum, each) => sum + each, 0) / trials.length;
  const variance = trials.reduce((sum, each) => sum + (each - mean) ** 2, 0) / trials.length;
  return { low: scale * Math.min(...trials), high: scale * Math.max(...trials), margin: 2 * scale * Math.sqrt(variance) };
}

/** levels: alpha-bar, from 1 before any noise. */
export function newSession(problem, levels, seed) {
  return {
    ...problem,
    problem,
    seed,
    sigmas: sigmasOf(levels),
    denoise: denoiser(problem.mixture),
    levels: {}, // visited, by spacing and steps
    sets: [],
    results: new Map(),
    ends: {}, // by the level that they come from
  };
}

/** x_T of set b, and the noise of its steps, which is the same for every sampler. */
function setOf(session, b, steps) {
  const seed = subSeed(session.seed, 4 + b);
  session.sets[b] ??= {
    x_T: evenNormals(stream(subSeed(seed, 0)), POINTS),
    random: stream(subSeed(seed, 1)),
    noises: [],
  };
  const { x_T, random, noises } = session.sets[b];
  while (noises.length < steps) noises.push(normals(random, POINTS, 2));
  return { x_T, noises };
}

/** The noise as y = x / signal at the level where a sampler begins. */
function startAt(x_T, s) {
  return x_T.map((noise) => noise * Math.sqrt(1 + s * s));
}

/** Where the probability-flow ODE takes each of the points on show from a level; found when it is first asked for. */
export function exactEnds(session, s) {
  const { denoise, mixture, ends } = session;
  const { x_T } = setOf(session, 0, 0);
  return (ends[s] ??= flow(denoise, startAt(x_T, s), s, LOWEST * Math.min(...mixture.stds)));
}

function levelsFor({ sigmas, levels }, spacing, steps) {
  return (levels[[spacing, steps].join()] ??= visitedLevels(sigmas, steps, spacing));
}

const keyOf = (sampler, calls, spacing) => [sampler.name, spacing, sampler.steps(calls)].join();

/** Whether a sampler's result is there. */
export function isThere(session, sampler, { calls, spacing }) {
  return session.results.has(keyOf(sampler, calls, spacing));
}

/**
 * {points, levels, steps, calls, sets, w1, gap, masses, end, done} of a sampler: points are the first set's; w1, gap and masses
 * are measured on them alone until all sets are there; end is null where fresh noise is drawn.
 */
export function resultOf(session, sampler, { calls, spacing }) {
  const key = keyOf(sampler, calls, spacing);
  if (!session.results.has(key)) {
    const steps = sampler.steps(calls);
    const levels = levelsFor(session, spacing, steps);
    const result = { sampler, levels, steps, calls: callsMade(sampler, calls), sets: [], done: false, end: null };
    session.results.set(key, result);
    addSet(session, result);
    [result.points] = result.sets;
    Object.assign(result, measured(session, result.points, session.coarse));
    if (!sampler.fresh) result.end = mean(distances(result.points, exactEnds(session, levels[0])));
  }
  return session.results.get(key);
}

function addSet(session, { sampler, levels, sets }) {
  const { x_T, noises } = setOf(session, sets.length, sampler.fresh ? levels.length - 1 : 0);
  sets.push(sampler.run(session.denoise, startAt(x_T, levels[0]), levels, noises));
}

function measured({ mixture }, points, reference) {
  return { w1: slicedW1(points, reference), ...modeMasses(mixture, points) };
}

const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;

/** One more set of a result; with the last all are measured together, and only the first is kept. */
function advance(session, result) {
  addSet(session, result);
  if (result.sets.length < wantedSets(result)) return;
  const all = new Float64Array(2 * POINTS * result.sets.length);
  result.sets.forEach((points, b) => all.set(points, 2 * POINTS * b));
  Object.assign(result, measured(session, all, session.reference), { done: true, sets: [] });
}

const wantedSets = ({ sampler }) => (sampler.fresh ? SETS.fresh : SETS.path);

/** Do what is missing until the time is up, what is on show first; returns whether anything is left. */
export function work(session, settings, until) {
  for (const _ of pieces(session, settings)) if (performance.now() >= until) return true;
  return false;
}

function* pieces(session, { calls: now, spacing }) {
  yield* begin(session, now, spacing);
  yield* measure(session, now, spacing);
  for (const calls of [...OUTLINE, ...EVERY]) yield* begin(session, calls, spacing); // a drag then has only to draw
  for (const calls of OUTLINE) yield* measure(session, calls, spacing);
}

function* begin(session, calls, spacing) {
  for (const sampler of SAMPLERS) {
    if (isThere(session, sampler, { calls, spacing })) continue;
    resultOf(session, sampler, { calls, spacing });
    yield;
  }
}

function* measure(session, calls, spacing) {
  for (const sampler of SAMPLERS) {
    const result = resultOf(session, sampler, { calls, spacing });
    while (!result.done) {
      advance(session, result);
      yield;
    }
  }
}

/** What is known so far of a sampler's error against its calls, [[calls, error], ...]; W1 only where it is measured in full. */
export function curveOf(session, sampler, { spacing, error }) {
  const known = EVERY.map((calls) => session.results.get(keyOf(sampler, calls, spacing)));
  const found = [...new Set(known)].filter((result) => result && (error === "end" || result.done));
  return found.map((result) => [result.calls, result[error]]);
}
