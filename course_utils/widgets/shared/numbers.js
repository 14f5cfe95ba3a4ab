/** What stands in a sentence for a number in text: its hyphen is a proper minus sign. */
export function minus(text) {
  return String(text).replace("-", "\u2212");
}

/** The number with so many digits after the point and a proper minus sign, which a rounded 0 has not. */
export function fixed(value, digits) {
  return minus(value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1"));
}

/** A number kept between two others. */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
