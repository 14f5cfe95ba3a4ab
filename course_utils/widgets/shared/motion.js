import { clamp } from "./numbers.js";

/** Motion over ms: at(share) once a frame with share from 0 to 1, then end(). */
export function glide(ms, at, end) {
  let frame = 0;
  const run = (started) => (now) => {
    const share = clamp((now - started) / ms, 0, 1);
    at(share);
    frame = share < 1 ? requestAnimationFrame(run(started)) : 0;
    if (share === 1) end();
  };
  return {
    start: () => (frame = requestAnimationFrame(run(performance.now()))),
    stop: () => {
      cancelAnimationFrame(frame);
      frame = 0;
    },
    running: () => frame !== 0,
  };
}

/** Whether the reader has asked the system for less motion. */
export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
