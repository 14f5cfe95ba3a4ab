// The course's colours, as in course_utils.figures.style, where it is said how they were chosen; and their relatives
// for dark paper, chosen alike: 4.5 to one on it, for most are letters too, and told apart without red or green cones.
const LIGHT = {
  DATA: "#0072B2", MODEL: "#D55E00", GREEN: "#009E73", PURPLE: "#963A8E", NOISE: "#8C8C8C", SKY: "#0099E0",
  ORANGE: "#8A5C00",
  CLASSES: [
    "#0072B2", "#D55E00", "#009E73", "#963A8E", "#0099E0", "#8A5C00", "#000000", "#5C0F3C", "#00575A", "#8A8F2A",
  ],
  NEGATIVE: "#B35806", POSITIVE: "#542788", // the two ends of PuOr: orange is negative, purple is positive
  INK: "#1a1a1a", SOFT: "#595959", RULE: "#c8c8c8", PAPER: "#ffffff",
  FAINT: "#ececec", PALE: "#9dc6e0", // an empty bar; the peak of a density that lies under other marks
};
const DARK = {
  DATA: "#47ADEB", MODEL: "#F07724", GREEN: "#2DC889", PURPLE: "#C964BD", NOISE: "#8F8F8F", SKY: "#7BDAFF",
  ORANGE: "#FED537",
  CLASSES: [
    "#47ADEB", "#F07724", "#2DC889", "#C964BD", "#7BDAFF", "#FED537", "#FFFFFF", "#F8455F", "#2DD2C8", "#C3C863",
  ],
  NEGATIVE: "#F1A340", POSITIVE: "#B3A2E0",
  INK: "#e6e6e6", SOFT: "#a9afb6", RULE: "#4a5158", PAPER: "#15181b",
  FAINT: "#272c31", PALE: "#24536f",
};

// What is drawn with: the colours of the paper that the picture on turn stands on. They are to be read while drawing.
export let { DATA, MODEL, GREEN, PURPLE, NOISE, SKY, ORANGE, CLASSES } = LIGHT;
export let { NEGATIVE, POSITIVE, INK, SOFT, RULE, PAPER, FAINT, PALE } = LIGHT;

/** Take the colours for dark paper, or those for light. */
export function wear(dark) {
  const colors = dark ? DARK : LIGHT;
  ({ DATA, MODEL, GREEN, PURPLE, NOISE, SKY, ORANGE, CLASSES } = colors);
  ({ NEGATIVE, POSITIVE, INK, SOFT, RULE, PAPER, FAINT, PALE } = colors);
}

/** [red, green, blue] from 0 to 255 of a hex colour. */
export function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** [red, green, blue] between two hex colours, at a share of the way. */
export function blend(from, to, share) {
  const ends = channels(to);
  return channels(from).map((start, c) => start + share * (ends[c] - start));
}

/** The hex colour with an opacity from 0 to 1. */
export function withAlpha(hex, alpha) {
  return `rgba(${channels(hex).join(", ")}, ${alpha})`;
}
