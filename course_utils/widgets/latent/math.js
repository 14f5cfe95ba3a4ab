// The holes between the codes. Codes are flat: [x0, y0, x1, y1, ...].
import { gridPoints, nearest } from "../shared/points.js";

/** The distance within which `share` of the codes have a neighbour: further from all codes is a hole. */
export function holeRadius(codes, share = 0.99) {
  const n = codes.length / 2;
  const distances = Float64Array.from({ length: n }, (_, i) => {
    return nearest(codes, [codes[2 * i], codes[2 * i + 1]], n, i).distance;
  });
  distances.sort();
  return n < 2 ? 0 : distances[Math.ceil(share * n) - 1];
}

/** Distance to the nearest code at each point of the grid. */
export function distanceField(codes, center, half, side) {
  return Float64Array.from(gridPoints(center, half, side), (point) => nearest(codes, point).distance);
}

/** The convex hull of the codes, counter-clockwise (Andrew's monotone chain). */
export function convexHull(codes) {
  const points = Array.from({ length: codes.length / 2 }, (_, i) => [codes[2 * i], codes[2 * i + 1]]);
  points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (ordered) => {
    const kept = [];
    for (const point of ordered) {
      while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), point) <= 0) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...chain(points), ...chain(points.reverse())];
}

/** Whether the point lies in the hull, its border included. */
export function inside(hull, point) {
  return hull.every((corner, i) => turn(corner, hull[(i + 1) % hull.length], point) >= 0);
}

/** The grid point inside the codes' convex hull that is furthest from every code: {z, distance}. */
export function largestHole(codes, center, half, side = 81) {
  const hull = convexHull(codes);
  let best = { z: [...center], distance: -1 };
  for (const point of gridPoints(center, half, side)) {
    if (!inside(hull, point)) continue;
    const { distance } = nearest(codes, point);
    if (distance > best.distance) best = { z: point, distance };
  }
  return best;
}

/** n points from a to b, both included. */
export function straightLine(a, b, n) {
  return Array.from({ length: n }, (_, i) => [0, 1].map((axis) => a[axis] + ((b[axis] - a[axis]) * i) / (n - 1)));
}

function turn(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
