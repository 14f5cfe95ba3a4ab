// Sentences by their number, their pictures out of one sheet, and their words' attention; no drawing.
import { viridis } from "../shared/viridis.js";

const SHARE = 0.5; // of the colour, the rest is the face's grey
const LUMA = [0.299, 0.587, 0.114];

/** Which option each factor has in the sentence of that number: the last factor runs fastest. */
export function optionsOf(index, sizes) {
  const found = [];
  for (const size of [...sizes].reverse()) {
    found.unshift(index % size);
    index = Math.floor(index / size);
  }
  return found;
}

/** The number of the sentence with these options. */
export function indexOf(options, sizes) {
  return options.reduce((index, option, i) => index * sizes[i] + option, 0);
}

/** The tokens of a sentence as words, without its commas. */
export function tokensOf(sentence) {
  return ["START", ...sentence.replaceAll(",", "").split(" ")];
}

/** One picture of a sheet of RGBA bytes: planes [3 * side * side] in [0, 1]. */
export function pictureAt({ width, data }, column, row, side) {
  const plane = side * side;
  const out = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    const from = 4 * ((row * side + Math.floor(i / side)) * width + column * side + (i % side));
    for (let c = 0; c < 3; c++) out[c * plane + i] = data[from + c] / 255;
  }
  return out;
}

/** At which token each sentence begins, where all stand in one row. */
export function startsOf(sentences) {
  let tokens = 0;
  return sentences.map((sentence) => (tokens += tokensOf(sentence).length) - tokensOf(sentence).length);
}

/** How much each place attends to one token of one sentence: [side * side], as shares of 1. */
export function attentionTo({ starts, side, bytes }, sentence, token) {
  const plane = side * side;
  const start = (starts[sentence] + token) * plane;
  return Float32Array.from(bytes.subarray(start, start + plane), (byte) => byte / 255);
}

/** {mean, most, at}: the mean of a map, its largest share, and the place of that. */
export function summed(map) {
  let [sum, at] = [0, 0];
  map.forEach((share, i) => {
    sum += share;
    if (share > map[at]) at = i;
  });
  return { mean: sum / map.length, most: map[at], at };
}

/** Viridis of a map over its largest share, mixed with the picture's greys: planes like the picture's. */
export function overlaid(picture, map) {
  const plane = picture.length / 3;
  const [side, small] = [Math.sqrt(plane), Math.sqrt(map.length)];
  const { most } = summed(map);
  const colors = Array.from(map, (share) => viridis(share / Math.max(most, 1e-9)));
  const out = new Float32Array(picture.length);
  for (let i = 0; i < plane; i++) {
    const grey = LUMA.reduce((sum, weight, c) => sum + weight * picture[c * plane + i], 0);
    const [row, column] = [Math.floor(i / side), i % side].map((at) => Math.floor((at * small) / side));
    const color = colors[row * small + column];
    for (let c = 0; c < 3; c++) out[c * plane + i] = (SHARE * color[c]) / 255 + (1 - SHARE) * grey;
  }
  return out;
}

/** [{title, asked, seen, right}] for each factor of the picture. */
export function judged({ factors, sizes, read }, sentence, scale) {
  const asked = optionsOf(sentence, sizes);
  return factors.map(({ name, title, options, unsaid }, i) => {
    const seen = read[name][scale][sentence];
    const [wanted, found] = [asked[i], seen].map((option) => options[option] || unsaid);
    return { title, asked: wanted, seen: found, right: asked[i] === seen };
  });
}

/** {right, count}: of the sentences that `among` takes, those whose factors are all read as asked. */
export function allRight(state, scale, among = () => true) {
  const taken = state.sentences.map((_, i) => i).filter(among);
  const right = taken.filter((i) => judged(state, i, scale).every((one) => one.right));
  return { right: right.length, count: taken.length };
}
