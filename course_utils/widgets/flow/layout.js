import { smaller } from "../shared/canvas.js";

/** Where everything goes: the lines, the flow beside or below them, and what is measured at the right or below. */
export function layout(width, size, _, room = Infinity) {
  const small = smaller(size);
  const top = Math.round(size * 1.6);
  const foot = small * 1.6; // for what is written under a panel
  const place = { width, size, small };
  const gap = Math.round(size * 0.9);
  if (width >= 700) {
    const side = Math.round(Math.min(width * 0.34, 280, room - top - foot));
    const flow = { left: 2 + side + gap, top, side };
    const measures = { left: flow.left + side + gap, right: width - 2, top: 0, bottom: top + side };
    return { ...place, lines: { left: 2, top, side }, flow, measures, height: top + side + foot };
  }
  const beside = width >= 480;
  const side = beside ? Math.round((width - 4 - gap) / 2) : width - 4;
  const below = Math.round(top + side + foot + size * 2);
  const flow = beside ? { left: 2 + side + gap, top, side } : { left: 2, top: below, side };
  const start = flow.top + side + foot + small * 0.6;
  const measures = { left: 2, right: width - 2, top: start, bottom: start + small * 19 };
  return { ...place, lines: { left: 2, top, side }, flow, measures, height: measures.bottom + 4 };
}
