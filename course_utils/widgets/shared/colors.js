// The course's colours (course_utils.figures.style): data blue, model vermilion, the rest of Okabe-Ito.
export const DATA = "#0072B2";
export const MODEL = "#D55E00";
export const GREEN = "#009E73";
export const PURPLE = "#CC79A7";
export const NOISE = "#8C8C8C";
export const SKY = "#56B4E9";
export const CLASSES = [
  DATA, MODEL, GREEN, PURPLE, SKY, "#E69F00", "#000000", "#882255", "#44AA99", "#999933",
];
// The two ends of PuOr: orange is negative, purple is positive.
export const NEGATIVE = "#E08214";
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
