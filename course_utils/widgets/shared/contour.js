/** Where values [side * side] cross a level: segments [[column, row], [column, row]] in units of the grid. */
export function contour(values, side, level) {
  const segments = [];
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const ends = [];
      corners.forEach((from, i) => {
        const to = corners[(i + 1) % 4];
        const [a, b] = [from, to].map(([x, y]) => values[y * side + x] - level);
        if (a < 0 === b < 0) return;
        const share = a / (a - b);
        ends.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
      });
      for (let i = 0; i + 1 < ends.length; i += 2) segments.push([ends[i], ends[i + 1]]);
    }
  }
  return segments;
}
