/** Motion over ms: at(share) once a frame with share from 0 to 1, then end(). */
export function glide(ms, at, end) {
  let frame = 0;
  const run = (started) => (now) => {
    const share = Math.min(1, Math.max(0, (now - started) / ms));
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
