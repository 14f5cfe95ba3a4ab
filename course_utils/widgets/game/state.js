// What is on show, and what is said of it: the game's own state never leaves the page before its end.
import { inflate } from "../shared/base64.js";
import { fixed } from "../shared/numbers.js";
import { toldApart } from "./math.js";

export const EXPOSURES = [0.5, 2, null]; // seconds; null: until the answer

/** The pictures, which arrive later, and a game that has not begun. */
export function given(model, arrived) {
  const { shape, sources } = model.get("pictures");
  const state = {
    shape,
    sources,
    bytes: null,
    rounds: model.get("rounds"),
    seed: model.get("seed"),
    phase: "start", // then gap, shown, hidden (the time is over), told (with feedback), and in the end done
    games: 0,
    dealt: [],
    answers: [],
    early: false,
    note: "",
  };
  Promise.all(sources.map(({ data }) => inflate(data))).then((bytes) => {
    state.bytes = bytes;
    arrived();
  });
  return state;
}

export function playing({ phase }) {
  return phase !== "start" && phase !== "done";
}

/** The choices of exposure, with that of Python where it is another. */
export function exposures({ exposure }) {
  return EXPOSURES.includes(exposure) ? EXPOSURES : [exposure, ...EXPOSURES];
}

/** The pixels in [0, 1] of the picture that is or was just shown. */
export function pixels({ dealt, at, bytes, shape }) {
  const { source, index } = dealt[at];
  const size = shape[0] * shape[1] * shape[2];
  return Float32Array.from(bytes[source].subarray(index * size, (index + 1) * size), (byte) => byte / 255);
}

/** The rows of the result. */
export function results({ answers, sources }) {
  return toldApart(answers, sources.slice(1).map(({ name }) => name));
}

export function isRight({ real, said }) {
  return real === (said === "real");
}

/** What an answer turned out to be. */
export function verdict(answer) {
  const truth = answer.real ? "it is real" : `it was made by ${answer.model}`;
  return `${isRight(answer) ? "Right" : "Wrong"}: ${truth}`;
}

/** "78 % (45 to 94)", or that there was none. */
export function rateText({ n, rate, low, high }) {
  return n ? `${percent(rate)} % (${percent(low)} to ${percent(high)})` : "none shown";
}

export function countText({ n, saidFake }) {
  return n ? `${saidFake} of ${n}` : "";
}

function shareText(row) {
  return row.n ? `${countText(row)}: ${rateText(row)}` : rateText(row);
}

export function dPrimeText({ dPrime }) {
  return dPrime === null ? "\u2013" : fixed(dPrime, 2);
}

export function secondsText({ seconds }) {
  return seconds === null ? "\u2013" : `${fixed(seconds, seconds < 10 ? 2 : 0)} s`;
}

function percent(share) {
  return fixed(100 * share, 0);
}

/** The sentence under the picture. */
export function describe(state) {
  if (state.phase === "start") return describeStart(state);
  if (state.phase === "done") return describeEnd(state);
  const told = state.phase === "told" ? `${verdict(state.answers.at(-1))}. ` : "";
  const early = state.early ? " That was too early: wait for the picture." : "";
  return `${told}Picture ${state.at + 1} of ${state.rounds}: real or fake?${early}`;
}

function describeStart({ rounds, exposure, feedback }) {
  const time = exposure === null ? "stays until you answer" : `is shown for ${exposure} s`;
  const told = feedback ? "after each answer" : "at the end";
  return `${rounds} pictures. Each ${time}; what it was you hear ${told}.`;
}

function describeEnd(state) {
  const [real, ...models] = results(state);
  const times = (one) => (one.n ? `, median time ${secondsText(one)}` : "");
  const said = models.map((one) => {
    const apart = one.dPrime === null ? "" : `, d\u2032 ${dPrimeText(one)}`;
    return `${one.name} ${shareText(one)}${apart}${times(one)}`;
  });
  const right = state.answers.filter(isRight).length;
  return (
    `${right} of ${state.answers.length} right. Called fake, with 95 % intervals: ${said.join("; ")}; ` +
    `real pictures ${shareText(real)}${times(real)}.${state.note}`
  );
}
