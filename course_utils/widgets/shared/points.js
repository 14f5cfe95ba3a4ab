// Where the codes are, and where they are not. Codes are flat: [x0, y0, x1, y1, ...].

/** {index, distance} of the code nearest to z, among the first `count`; `skip` leaves one out. */
export function nearest(codes, z, count = codes.length / 2, skip = -1) {
  let [index, best] = [-1, Infinity];
  for (let i = 0; i < count; i++) {
    const dx = codes[2 * i] - z[0];
    const dy = codes[2 * i + 1] - z[1];
    const square = dx * dx + dy * dy;
    if (square < best && i !== skip) [index, best] = [i, square];
  }
  return { index, distance: Math.sqrt(best) };
}

/** The points of a side x side grid over the square, row by row from the lowest y. */
export function gridPoints(center, half, side) {
  const at = (i, axis) => center[axis] - half + (2 * half * i) / (side - 1);
  return Array.from({ length: side * side }, (_, i) => [at(i % side, 0), at(Math.floor(i / side), 1)]);
}

/** What a class is drawn as: its name where that is one letter or digit, else its number. */
export function glyphsOf(names) {
  return names.map((name, i) => (/^[\p{L}\p{N}]$/u.test(name) ? name : String(i)));
}
