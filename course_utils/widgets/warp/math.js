// Points, lines and densities on their way through a flow: {count, forward, back, logBase} of tables.js.

/** The whole way of a point from the end that is held: stages [[x, y], ...] from data to noise, log-dets, log p(z). */
export function wayOf(flow, [x, y], held = "forward") {
  const stages = [[x, y]];
  if (held === "back") for (let k = flow.count - 1; k >= 0; k--) stages.unshift(flow.back(k, ...stages[0]));
  const logDets = [];
  for (let k = 0; k < flow.count; k++) {
    const [nextX, nextY, logDet] = flow.forward(k, ...stages[k]);
    logDets.push(logDet);
    if (held === "forward") stages.push([nextX, nextY]);
  }
  const logBase = flow.logBase(...stages[flow.count]);
  return { stages, logDets, logBase, logProb: logDets.reduce((sum, one) => sum + one, logBase) };
}

/** The stage at or below a depth, and the share of the way to the next one. */
export function stageBelow(depth, count) {
  const stage = Math.min(count - 1, Math.floor(depth));
  return [stage, depth - stage];
}

/** Where a point is at a depth: between two stages on the straight line. */
export function placeAt({ stages }, depth) {
  const [stage, share] = stageBelow(depth, stages.length - 1);
  return stages[stage].map((from, axis) => from + share * (stages[stage + 1][axis] - from));
}

/** The sum of the log-dets up to a depth, a step that is half done counting half. */
export function logDetTo({ logDets }, depth) {
  return logDets.reduce((sum, logDet, k) => sum + logDet * Math.min(1, Math.max(0, depth - k)), 0);
}

const NEWTON_STEPS = 12;
const SMALL = 1e-5;

/** The end of the way that is held ("forward": x, "back": z) for which the point is at [x, y] at a depth. */
export function endFor(flow, [x, y], depth, held) {
  const [stage] = stageBelow(depth, flow.count);
  let start = [x, y]; // as if it were at the whole stage
  if (held === "forward") for (let k = stage - 1; k >= 0; k--) start = flow.back(k, ...start);
  else for (let k = stage + 1; k < flow.count; k++) start = flow.forward(k, ...start).slice(0, 2);
  return solved((end) => {
    const place = placeAt(wayOf(flow, end, held), depth);
    return [place[0] - x, place[1] - y];
  }, start);
}

/** Where miss(point) is [0, 0], by Newton's method with shorter steps where they help; the nearest it finds. */
function solved(miss, start) {
  let [best, off] = [start, miss(start)];
  for (let i = 0; i < NEWTON_STEPS && Math.hypot(...off) > 1e-9; i++) {
    const slope = [[SMALL, 0], [0, SMALL]].map(([dx, dy]) => {
      return miss([best[0] + dx, best[1] + dy]).map((value, axis) => (value - off[axis]) / SMALL);
    });
    const [[a, c], [b, d]] = slope;
    const det = a * d - b * c;
    if (Math.abs(det) < 1e-9) break;
    const [dx, dy] = [(d * off[0] - b * off[1]) / det, (a * off[1] - c * off[0]) / det];
    const nexts = [1, 0.5, 0.2, 0.05].map((size) => [best[0] - size * dx, best[1] - size * dy]);
    const next = nexts.find((point) => Math.hypot(...miss(point)) < Math.hypot(...off));
    if (!next) break;
    [best, off] = [next, miss(next)];
  }
  return best;
}

/** A mesh of side * side points over a rectangle at every stage, flat [x0, y0, ...]: from data on, or from noise. */
export function meshOf(flow, { center, half }, side, held) {
  const start = new Float64Array(2 * side * side);
  for (let i = 0; i < side * side; i++) {
    start[2 * i] = center[0] + half[0] * ((2 * (i % side)) / (side - 1) - 1);
    start[2 * i + 1] = center[1] + half[1] * ((2 * Math.floor(i / side)) / (side - 1) - 1);
  }
  const stages = [start];
  for (let k = 0; k < flow.count; k++) {
    const from = stages[held === "forward" ? k : 0];
    const to = new Float64Array(from.length);
    for (let i = 0; i < from.length; i += 2) {
      const moved = held === "forward"
        ? flow.forward(k, from[i], from[i + 1])
        : flow.back(flow.count - 1 - k, from[i], from[i + 1]);
      [to[i], to[i + 1]] = moved;
    }
    if (held === "forward") stages.push(to);
    else stages.unshift(to);
  }
  return { side, stages };
}

/** For each stage log p of the mesh's points [side * side]: log p(z) and the log-dets of the steps that are left. */
export function logDensities(flow, { stages, side }) {
  const last = stages[flow.count];
  let now = Float64Array.from({ length: side * side }, (_, i) => flow.logBase(last[2 * i], last[2 * i + 1]));
  const found = [now];
  for (let k = flow.count - 1; k >= 0; k--) {
    now = now.map((value, i) => value + flow.forward(k, stages[k][2 * i], stages[k][2 * i + 1])[2]);
    found.unshift(now);
  }
  return found;
}

/** Two stages mixed by the depth. */
export function mixed(stages, depth) {
  const [stage, share] = stageBelow(depth, stages.length - 1);
  if (share === 0) return stages[stage];
  return stages[stage].map((from, i) => from + share * (stages[stage + 1][i] - from));
}

/** The area of each cell of a mesh at one stage, [(side - 1) * (side - 1)], by the shoelace formula. */
export function areasOf(places, side) {
  const at = (row, column) => 2 * (row * side + column);
  return Float64Array.from({ length: (side - 1) ** 2 }, (_, cell) => {
    const [row, column] = [Math.floor(cell / (side - 1)), cell % (side - 1)];
    const [a, c] = [at(row, column), at(row + 1, column + 1)];
    const [b, d] = [at(row, column + 1), at(row + 1, column)];
    const across = (places[c] - places[a]) * (places[d + 1] - places[b + 1]);
    return Math.abs(across - (places[d] - places[b]) * (places[c + 1] - places[a + 1])) / 2;
  });
}

/** For each share of the mass the log density above which so much lies; masses [n]: of the points, in any unit. */
export function levelsOf(logDensity, masses, shares) {
  const order = Array.from(logDensity.keys()).sort((i, j) => logDensity[j] - logDensity[i]);
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  let [sum, at] = [0, 0];
  return shares.map((share) => {
    while (at < order.length - 1 && sum + masses[order[at]] < share * total) sum += masses[order[at++]];
    return logDensity[order[at]];
  });
}

/** From each edge that a level crosses to where the line goes on; the edge from point a is 2 a, if upright 2 a + 1. */
function linksAt(values, side, level) {
  const links = new Map();
  const name = (a, b) => Math.min(a, b) * 2 + (Math.abs(a - b) === 1 ? 0 : 1);
  const join = (from, to) => links.set(from, [...(links.get(from) ?? []), to]);
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const corner = row * side + column;
      const first = values[corner] < level;
      const same = first === values[corner + 1] < level && first === values[corner + side] < level;
      if (same && first === values[corner + side + 1] < level) continue;
      const corners = [corner, corner + 1, corner + side + 1, corner + side];
      const crossed = corners.map((a, i) => [a, corners[(i + 1) % 4]])
        .filter(([a, b]) => values[a] < level !== values[b] < level).map(([a, b]) => name(a, b));
      for (let i = 0; i + 1 < crossed.length; i += 2) {
        join(crossed[i], crossed[i + 1]);
        join(crossed[i + 1], crossed[i]);
      }
    }
  }
  return links;
}

/**
 * The lines along which values [side * side] cross a level, each as its crossings [a, b, share] of edges of the mesh,
 * a share of the way from point a to point b. A line that leaves the mesh ends there, the others are loops.
 */
export function loopsAt(values, side, level) {
  const links = linksAt(values, side, level);
  const crossing = (edge) => {
    const [a, step] = [edge >> 1, edge % 2 ? side : 1];
    return [a, a + step, (level - values[a]) / (values[a + step] - values[a])];
  };
  const ends = [...links.keys()].filter((edge) => links.get(edge).length === 1);
  const loops = [];
  for (const start of [...ends, ...links.keys()]) {
    const loop = [];
    for (let edge = start; edge !== undefined && links.has(edge);) {
      const nexts = links.get(edge);
      links.delete(edge);
      loop.push(crossing(edge));
      edge = nexts.find((next) => links.has(next));
    }
    if (loop.length) loops.push(loop);
  }
  return loops;
}
