// A game with everything that is watched of it: fixed noise to judge G by, the measures, and the timeline.
import { normals, stream, subSeed } from "../shared/random.js";
import { cellProbabilities, centresOf, sampleData } from "./data.js";
import { D_SLOPE, G_SLOPE, LATENT, newGame, playRound } from "./game.js";
import { HALF, SIDE, histogram, jensenShannon, modesCovered } from "./measures.js";
import { copyWeights, forward, fromWeights } from "./nn.js";

const JUDGED = 1024; // samples behind the measures, always from the same noise
export const SHOWN = 256; // of them, and of the data, in the picture
const EVERY = 20; // steps between records
const MOST = 300; // records; beyond it every second one goes

/** A new game at step 0, with its first record. */
export function newSession(settings) {
  const game = newGame(settings);
  const session = {
    game,
    centres: centresOf(game.data),
    cells: cellProbabilities(game.data, HALF, SIDE),
    noise: normals(stream(subSeed(settings.seed, 3)), JUDGED, LATENT),
    data: sampleData(game.data, stream(subSeed(settings.seed, 4)), SHOWN),
    records: [],
    every: EVERY,
    at: null, // the record on show; null is now
  };
  keep(session);
  return session;
}

/** One round of the game; the timeline keeps every so many. */
export function advance(session) {
  playRound(session.game);
  if (session.game.step % session.every === 0) keep(session);
}

/** What is on show, now or at a record: {step, dLoss, gLoss, G, D, points, modes, js}. */
export function onShow(session) {
  if (session.at === null) return measured(session, session.game);
  const { G, D, ...rest } = session.records[session.at];
  const nets = { G: fromWeights(G, G_SLOPE), D: fromWeights(D, D_SLOPE) };
  return { ...rest, ...nets, points: forward(nets.G, session.noise, JUDGED).out };
}

/** Show the record `index`; past the last one it is now. */
export function scrub(session, index) {
  const last = session.records.length - 1;
  const isNow = index > last || (index === last && session.records[last].step === session.game.step);
  session.at = isNow ? null : Math.max(0, index);
}

/** Where the timeline stands. */
export function position({ at, records }) {
  return at ?? records.length - 1;
}

/** Show the record before what is on show. */
export function stepBack(session) {
  const { at, records, game } = session;
  const nowIsRecorded = records.at(-1).step === game.step;
  scrub(session, at === null ? records.length - (nowIsRecorded ? 2 : 1) : at - 1);
}

function measured({ noise, cells, centres }, { G, D, step, dLoss, gLoss, data }) {
  const points = forward(G, noise, JUDGED).out;
  const js = jensenShannon(cells, histogram(points, HALF, SIDE));
  return { step, dLoss, gLoss, G, D, points, js, modes: modesCovered(points, centres, data.std) };
}

function keep(session) {
  const { points, G, D, ...rest } = measured(session, session.game);
  session.records.push({ ...rest, G: copyWeights(G), D: copyWeights(D) });
  if (session.records.length <= MOST) return;
  session.every *= 2;
  session.records = session.records.filter(({ step }) => step % session.every === 0);
}
