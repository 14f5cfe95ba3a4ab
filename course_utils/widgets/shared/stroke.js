/** The same path several times over, [colour, width] each from below: a line with a rim. */
export function strokeAll(context, path, strokes) {
  context.lineJoin = "round";
  for (const [color, width] of strokes) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke(path);
  }
}
