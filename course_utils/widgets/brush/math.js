// The table's numbers as places on axes: ranges over seeds, scales, ranks, brushes; no drawing.
import { clamp, fixed } from "../shared/numbers.js";

const STEPS = 4; // an axis has at least as many, and ticks between them
const DIGITS = [1, 2, 5, 10];
const NEARLY = 1e-9;

/** What counts of a number on its axis: the number itself, or how far from 1 it is where that is best. */
export function counted({ better }, value) {
  return better === "near" ? Math.abs(value - 1) : value;
}

/**
 * {mean, low, high, count, plain} over the seeds that have a number: what counts of their mean, and of all numbers from
 * the least to the largest; how many seeds these are; and the mean itself. null where no seed has a number.
 */
export function summaryOf(measure, values) {
  const known = values.filter((value) => value !== null);
  if (!known.length) return null;
  const plain = known.reduce((sum, value) => sum + value, 0) / known.length;
  const ends = [Math.min(...known), Math.max(...known)];
  const [one, other] = ends.map((end) => counted(measure, end));
  const around = measure.better === "near" && ends[0] < 1 && ends[1] > 1;
  return {
    mean: counted(measure, plain), low: around ? 0 : Math.min(one, other), high: Math.max(one, other),
    count: known.length, plain,
  };
}

/** The first of 1, 2, 5, 10, 20, ... (and 0.5, 0.2, ...) at or above a positive number. */
export function roundUp(value) {
  const power = Math.floor(Math.log10(value) + NEARLY);
  const digit = DIGITS.find((one) => one * 10 ** power >= value * (1 - NEARLY));
  return Number(`${digit}e${power}`);
}

/** The last of 1, 2, 5, 10, ... at or below a positive number. */
export function roundDown(value) {
  const power = Math.floor(Math.log10(value) + NEARLY);
  const digit = DIGITS.findLast((one) => one * 10 ** power <= value * (1 + NEARLY));
  return Number(`${digit}e${power}`);
}

/** The axis of a measure over its families' summaries: {low, high, ticks, log, up}; up where more is better. */
export function scaleOf(measure, summaries) {
  const known = summaries.filter((one) => one !== null);
  const [log, up] = [measure.scale === "log", measure.better === "higher"];
  const [low, high] = known.length
    ? [Math.min(...known.map((one) => one.low)), Math.max(...known.map((one) => one.high))]
    : [Number(log), 10 ** log];
  if (log) return { ...logScale(low, high), log, up };
  return { ...linearScale(measure.better === "near" ? 0 : low, high), log, up };
}

function linearScale(low, high) {
  if (low === high) [low, high] = low ? [low - Math.abs(low) / 10, high + Math.abs(low) / 10] : [0, 1];
  const step = roundUp((high - low) / STEPS);
  const [first, last] = [Math.floor(low / step + NEARLY), Math.ceil(high / step - NEARLY)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { low: ticks[0], high: ticks.at(-1), ticks };
}

function logScale(low, high) {
  [low, high] = [roundDown(low), roundUp(high)];
  if (low === high) [low, high] = [roundDown(low * 0.9), roundUp(high * 1.1)];
  const ticks = [low];
  while (ticks.at(-1) < high * (1 - NEARLY)) ticks.push(roundUp(ticks.at(-1) * 1.1));
  return { low, high, ticks };
}

/** Where a number lies on its axis: 0 is the worse end, 1 the better one. */
export function shareOf({ low, high, log, up }, value) {
  const share = log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return up ? share : 1 - share;
}

/** The number at a share of the axis. */
export function valueAt({ low, high, log, up }, share) {
  const way = up ? share : 1 - share;
  return log ? low * (high / low) ** way : low + way * (high - low);
}

/** Each family's rank by its mean, 1 is best, equal means have equal ranks; null for one without a number. */
export function ranksOf({ better }, summaries) {
  const sign = better === "higher" ? -1 : 1;
  return summaries.map((one) => {
    if (one === null) return null;
    return 1 + summaries.filter((other) => other !== null && sign * other.mean < sign * one.mean).length;
  });
}

/** The numbers of the families that have a rank, the best first. */
export function orderOf(ranks) {
  const ranked = ranks.map((_, i) => i).filter((i) => ranks[i] !== null);
  return ranked.sort((i, j) => ranks[i] - ranks[j] || i - j);
}

/** Whether two families' ranges over the seeds have a number in common. */
export function overlap(one, other) {
  return one.low <= other.high && other.low <= one.high;
}

/** Whether a family is inside a brush [low, high], null for an open end: its mean is; none is where no number is. */
export function isInside(summary, [low, high]) {
  return summary !== null && (low === null || summary.mean >= low) && (high === null || summary.mean <= high);
}

/** Which families are inside every brush: brushes {measure: [low, high]}, summaries {measure: [...]}: booleans. */
export function leftOf(count, brushes, summaries) {
  const pairs = Object.entries(brushes);
  return Array.from({ length: count }, (_, i) => pairs.every(([name, pair]) => isInside(summaries[name][i], pair)));
}

/** The brush over the better half of the families: from the median of their means, open at the better end. */
export function betterHalf({ better }, summaries) {
  const means = summaries.filter((one) => one !== null).map((one) => one.mean).sort((a, b) => a - b);
  if (!means.length) return [null, null];
  const middle = (means.length - 1) / 2;
  const median = (means[Math.floor(middle)] + means[Math.ceil(middle)]) / 2;
  return better === "higher" ? [median, null] : [null, median];
}

/** The brush between two shares of the axis; it is open where it reaches the end of the axis. */
export function brushAt(scale, one, other) {
  const [worse, better] = [Math.min(one, other), Math.max(one, other)];
  const edges = [worse <= NEARLY ? null : tidied(scale, worse), better >= 1 - NEARLY ? null : tidied(scale, better)];
  return scale.up ? edges : edges.reverse();
}

/** The number at a share, with no more digits than one can aim at. */
function tidied(scale, share) {
  const value = valueAt(scale, share);
  return scale.log ? Number(value.toPrecision(3)) : Number(value.toFixed(digitsOf(scale)));
}

/** [worse, better] edge of a brush as shares of the axis, not beyond it. */
export function sharesOf(scale, [low, high]) {
  const [worse, better] = scale.up ? [low, high] : [high, low];
  const share = (edge, open) => (edge === null ? open : clamp(shareOf(scale, edge), 0, 1));
  return [share(worse, 0), share(better, 1)];
}

/** How many digits after the point tell a hundredth of a linear axis. */
export function digitsOf({ low, high }) {
  return clamp(Math.ceil(-Math.log10((high - low) / 100) - NEARLY), 0, 9);
}

/** A number of an axis as text. */
export function numberText(scale, value) {
  if (scale.log) return value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const digits = digitsOf(scale);
  return digits ? fixed(value, digits) : fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The number at a tick, with no digit that it does not need; on an axis where 1 is best, how far from 1 that is. */
export function tickText({ better }, value) {
  const text = value.toLocaleString("en", { maximumSignificantDigits: 9 }).replace("-", "\u2212");
  if (better !== "near") return text;
  return value ? `\u00b1${text}` : "1";
}

/** A brush in words. */
export function rangeText({ better }, scale, [low, high]) {
  const [from, to] = [low, high].map((edge) => edge !== null && numberText(scale, edge));
  if (from === false && to === false) return "any number";
  if (better === "near") {
    if (from === false) return `within ${to} of 1`;
    return to === false ? `${from} or more from 1` : `${from} to ${to} from 1`;
  }
  if (from === false) return `at most ${to}`;
  return to === false ? `at least ${from}` : `${from} to ${to}`;
}

/**
 * Places for labels of one height that would like to be at `wanted`, as near to that as may be (in squares) where they
 * keep their order and lie `gap` or more apart, between low and high.
 */
export function spread(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i] - wanted[j] || i - j);
  const blocks = [];
  order.forEach((i, k) => {
    let block = { sum: wanted[i] - k * gap, count: 1 };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  });
  const starts = blocks.flatMap(({ sum, count }) => Array(count).fill(sum / count));
  const most = Math.max(low, high - (wanted.length - 1) * gap);
  const found = [];
  order.forEach((i, k) => (found[i] = clamp(starts[k], low, most) + k * gap));
  return found;
}

/** How far a point {x, y} is from a line through [[x, y], ...]. */
export function awayFrom({ x, y }, points) {
  const each = points.slice(1).map(([x1, y1], i) => {
    const [x0, y0] = points[i];
    const square = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const share = square ? clamp(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / square, 0, 1) : 0;
    return Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0));
  });
  return Math.min(...each);
}

/** The list with one of its items moved to another place. */
export function moved(list, item, to) {
  const others = list.filter((one) => one !== item);
  return [...others.slice(0, to), item, ...others.slice(to)];
}
