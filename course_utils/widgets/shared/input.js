/** Where an event lies on the canvas, in its own CSS pixels, wherever and however scaled it is shown. */
export function canvasPoint(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * canvas.clientWidth,
    y: ((event.clientY - box.top) / box.height) * canvas.clientHeight,
  };
}

/** Call start (false: not ours), move and end for each drag on the canvas; returns what undoes it. */
export function onDrag(canvas, { start, move, end }) {
  let active = null;
  const down = (event) => {
    if (event.button !== 0 || start(canvasPoint(event, canvas)) === false) return;
    active = event.pointerId;
    canvas.setPointerCapture(active);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
    event.stopPropagation();
  };
  const moved = (event) => {
    if (event.pointerId === active) move(canvasPoint(event, canvas));
  };
  const up = (event) => {
    if (event.pointerId !== active) return;
    active = null;
    end();
  };
  const listeners = { pointerdown: down, pointermove: moved, pointerup: up, pointercancel: up };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
  };
}

/**
 * Call actions[event.key](step) on the canvas, step 0.2 with shift. No letter, arrow or Enter typed in the widget
 * reaches the page: in JupyterLab a letter inserts or deletes cells, in a deck an arrow turns the slide.
 */
export function onKeys(root, canvas, actions, settled) {
  const ours = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter"]);
  const down = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = event.target === canvas ? actions[name] : undefined;
    if (ours.has(name) || name.length === 1) event.stopPropagation();
    if (!action) return;
    event.preventDefault();
    action(event.shiftKey ? 0.2 : 1);
  };
  const up = (event) => {
    if (event.target === canvas && event.key.startsWith("Arrow")) settled();
  };
  root.addEventListener("keydown", down);
  root.addEventListener("keyup", up);
  return () => {
    root.removeEventListener("keydown", down);
    root.removeEventListener("keyup", up);
  };
}
