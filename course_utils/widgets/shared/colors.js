// The course's colours, as in course_utils.figures.style, where it is said how they were chosen.
export const DATA = "#0072B2";
export const MODEL = "#D55E00";
export const GREEN = "#009E73";
export const PURPLE = "#963A8E";
export const NOISE = "#8C8C8C";
export const SKY = "#0099E0";
export const ORANGE = "#8A5C00";
export const CLASSES = [
  DATA, MODEL, GREEN, PURPLE, SKY, ORANGE, "#000000", "#5C0F3C", "#00575A", "#8A8F2A",
];
// The two ends of PuOr: orange is negative, purple is positive.
export const NEGATIVE = "#B35806";
export const POSITIVE = "#542788";

export const INK = "#1a1a1a";
export const SOFT = "#595959";
export const RULE = "#c8c8c8";
export const PAPER = "#ffffff";

/** The hex colour with an opacity from 0 to 1. */
export function withAlpha(hex, alpha) {
  const channel = (at) => parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${channel(1)}, ${channel(3)}, ${channel(5)}, ${alpha})`;
}
