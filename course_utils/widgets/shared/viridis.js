import { clamp } from "./numbers.js";

// matplotlib's viridis at 17 even steps; between them the colours lie within 6 of 255 of its own.
const STEPS = [
  "440154", "48186a", "472d7b", "424086", "3b528b", "33638d", "2c728e", "26828e", "21918c", "1fa088", "28ae80", "3fbc73",
  "5ec962", "84d44b", "addc30", "d8e219", "fde725",
].map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** [red, green, blue] from 0 to 255 for a share from 0 to 1; what lies outside is clipped. */
export function viridis(share) {
  const place = clamp(share, 0, 1) * (STEPS.length - 1);
  const below = Math.min(STEPS.length - 2, Math.floor(place));
  return STEPS[below].map((from, c) => from + (place - below) * (STEPS[below + 1][c] - from));
}
