// Digits made beforehand at some scales: a row for each noise, a column for each label; and what was measured of them.
import { line, write } from "../shared/canvas.js";
import { GREEN, INK, PURPLE, RULE, SOFT } from "../shared/colors.js";
import { drawImage } from "../shared/images.js";
import { COLUMNS } from "./layout.js";
import { LAST, shownScale } from "./state.js";

const LOOKS = {
  accuracy: { get color() { return GREEN; }, dash: [], shape: "disc" },
  recall: { get color() { return PURPLE; }, dash: [7, 4], shape: "square" },
};

/** The grid made at the scale nearest to the one that is chosen. */
export function drawDigits(context, { sheet, small }, { settings, given }) {
  const { grids } = given;
  const { rows, height, width, pixels } = grids;
  const count = rows * COLUMNS * height * width;
  const start = grids.scales.indexOf(shownScale(settings, given)) * count;
  for (let column = 0; column < COLUMNS; column++) {
    const middle = sheet.left + column * sheet.step + sheet.width / 2;
    write(context, String(column), middle, sheet.labels, { size: small, bold: true, align: "center" });
    for (let row = 0; row < rows; row++) {
      const from = start + (row * COLUMNS + column) * height * width;
      const image = Float32Array.from(pixels.subarray(from, from + height * width), (byte) => byte / 255);
      const box = { left: sheet.left + column * sheet.step, top: sheet.top + row * sheet.stepDown };
      drawImage(context, image, [1, height, width], { ...box, width: sheet.width, height: sheet.height });
    }
  }
}

/** Accuracy and recall against the scale, with a line where the grid on show was made. */
export function drawCurves(context, { curves: box, small }, { settings, given }) {
  const toX = (scale) => box.left + (scale / LAST) * (box.right - box.left);
  const toY = (value) => box.bottom - value * (box.bottom - box.top);
  for (const value of [0, 0.5, 1]) {
    line(context, [[box.left, toY(value)], [box.right, toY(value)]], RULE, 1);
    const options = { size: small, color: SOFT, align: "right", baseline: "middle" };
    write(context, String(value), box.left - 5, toY(value), options);
  }
  for (const scale of [0, 1, LAST]) {
    write(context, `s = ${scale}`.slice(scale === 0 ? 0 : 4), toX(scale), box.bottom + small * 1.3, {
      size: small,
      color: SOFT,
      align: "center",
    });
  }
  const shown = toX(shownScale(settings, given));
  line(context, [[shown, box.top], [shown, box.bottom]], INK, 1.5, [3, 3]);
  let x = box.left;
  for (const [name, curve] of Object.entries(given.curves)) {
    if (!curve.length) continue;
    const look = LOOKS[name];
    const points = curve.map(([scale, value]) => [toX(scale), toY(value)]);
    line(context, points, look.color, 2.4, look.dash);
    for (const point of points) drawMark(context, point, look);
    drawMark(context, [x + 6, box.bottom + small * 2.5 - small * 0.35], look);
    write(context, name, x + small * 1.2, box.bottom + small * 2.5, { size: small });
    x += small * (2.4 + 0.6 * name.length);
  }
}

function drawMark(context, [x, y], { color, shape }) {
  context.fillStyle = color;
  context.beginPath();
  if (shape === "disc") context.arc(x, y, 4.5, 0, 2 * Math.PI);
  else context.rect(x - 4, y - 4, 8, 8);
  context.fill();
}
