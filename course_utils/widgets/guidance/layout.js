import { smaller } from "../shared/canvas.js";

/** Where everything goes: the scale's ruler, then the plane with its measures, or the digits with their curves. */
export function layout(width, size, { view, grids, hasCurves }, room = Infinity) {
  const small = smaller(size);
  const head = Math.round(size * 1.2);
  const below = { x: 2, y: head + small * 1.4, align: "left" };
  const formula = width >= 560 ? { x: width - 2, y: head, align: "right" } : below;
  const line = Math.round(formula.y + small * 1.3);
  const ruler = { left: size, right: width - size * 1.4, y: line };
  const place = { width, size, small, head, formula, ruler, room };
  const top = Math.round(line + small * 2.35);
  return { ...place, ...(view === "digits" ? digits : plane)(place, top, { grids, hasCurves }) };
}

const ROWS = 12.6; // three titles with three bars each, and what is between them

function plane({ width, size, small, room }, top) {
  const row = Math.min(small * 1.35, (room - top) / ROWS);
  const rows = ROWS * row;
  if (width < 600) {
    const box = { left: 2, top, side: width - 4 };
    const bars = { left: 2, right: width - 2, top: top + box.side + small * 0.6, row };
    return { plane: box, bars, height: bars.top + rows + small };
  }
  const side = Math.round(Math.min(width * 0.44, 312, room - top - 4));
  const bars = { left: 2 + side + size * 1.6, right: width - 2, top, row };
  return { plane: { left: 2, top, side }, bars, height: Math.max(top + side + 4, top + rows) };
}

const TALLEST = 300; // of the digits

function digits({ width, size, small, room: most }, top, { grids, hasCurves }) {
  const { rows, height, width: across } = grids;
  const beside = hasCurves && width >= 600;
  const room = beside ? width * 0.66 : width - 4;
  const tall = height / across;
  const gap = 4;
  const first = top + small * 1.2; // below the labels
  const tallest = Math.min(TALLEST, most - first - small * 1.7);
  const step = Math.min(room / COLUMNS, (tallest / rows - gap) / tall + gap);
  const tile = { width: step - gap, height: (step - gap) * tall };
  const sheet = { left: 2, top: first, step, stepDown: tile.height + gap, ...tile, labels: first - small * 0.4 };
  const bottom = first + rows * sheet.stepDown;
  if (!hasCurves) return { sheet, height: bottom + 4 };
  const right = width - size;
  const box = beside
    ? { left: 2 + COLUMNS * step + size * 3, right, top: first, bottom: Math.max(bottom, first + 180) - small * 1.6 }
    : { left: size * 2.2, right, top: bottom + size * 2, bottom: bottom + size * 12 };
  return { sheet, curves: box, height: Math.max(bottom, box.bottom + small * 3.2) };
}

/** Labels 0 to 9. */
export const COLUMNS = 10;
