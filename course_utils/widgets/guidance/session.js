// Everything that one mixture, one label and one seed fix; and what a guidance scale makes of it.
import { contour } from "../shared/contour.js";
import { gridPoints } from "../shared/points.js";
import { normals, stream, subSeed } from "../shared/random.js";
import { ancestralSamples, evenNormals, factsAt, guidedEpsilon, measure, odeSamples, tilted } from "./math.js";

export const SAMPLES = 400;
export const SAMPLER_STEPS = { deterministic: 40, ancestral: 200 };
export const GRID_SIDE = 81; // points of a density along a side
const LEVELS_SHOWN = [0.1, 0.5, 0.85]; // of a peak: where the contours of p(x | y) run
const LEVEL_OTHERS = [0.3]; // where the one contour of another label runs
const SMALLEST_HALF = 3.2; // so much of N(0, I) is on show
const REACH = 3.6; // standard deviations of a mode on show: a large scale sends samples beyond its edge

/** The start is the same at every scale, so that a point moves as the scale does. */
export function newSession(mixture, label, seed) {
  const { means, stds } = mixture;
  const reach = ([x, y], k) => Math.max(Math.abs(x), Math.abs(y)) + REACH * stds[k];
  const half = Math.max(SMALLEST_HALF, ...means.map(reach));
  const grid = Float64Array.from(gridPoints([0, 0], half, GRID_SIDE).flat());
  const facts = factsAt(mixture, label, grid);
  const conditional = tilted(facts, 1);
  const others = [...new Set(mixture.labels)].filter((each) => each !== label);
  return {
    mixture,
    label,
    half,
    facts,
    start: evenNormals(stream(subSeed(seed, 0)), SAMPLES),
    random: () => stream(subSeed(seed, 1)),
    noises: null,
    contours: contoursOf(conditional, LEVELS_SHOWN),
    otherContours: others.map((each) => contoursOf(tilted(factsAt(mixture, each, grid), 1), LEVEL_OTHERS)).flat(),
    conditional: measure(facts, conditional),
    widest: 1.3 * Math.max(measure(facts, tilted(facts, 0)).variance, measure(facts, conditional).variance),
  };
}

function contoursOf(values, levels) {
  return levels.flatMap((level) => contour(values, GRID_SIDE, level));
}

/** What is on show at a scale: the points, the tilted density and the measures of all three. */
export function lookAt(session, { scale, sampler }) {
  const { mixture, label, facts, half } = session;
  const points = samplesAt(session, scale, sampler);
  const density = tilted(facts, scale);
  const each = new Float64Array(points.length / 2).fill(1);
  const measures = {
    samples: measure(factsAt(mixture, label, points), each),
    conditional: session.conditional,
    tilted: measure(facts, density),
  };
  const outside = each.filter((_, i) => Math.max(Math.abs(points[2 * i]), Math.abs(points[2 * i + 1])) > half).length;
  return { points, density, measures, outside };
}

function samplesAt(session, scale, sampler) {
  const epsilon = guidedEpsilon(session.mixture, session.label, scale);
  if (sampler === "deterministic") return odeSamples(epsilon, session.start, SAMPLER_STEPS.deterministic);
  const random = session.random();
  session.noises ??= Array.from({ length: SAMPLER_STEPS.ancestral }, () => normals(random, SAMPLES, 2));
  return ancestralSamples(epsilon, session.start, session.noises);
}
