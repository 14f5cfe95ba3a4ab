import { INK, PAPER } from "./colors.js";

const FAMILY = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** Size the canvas in CSS pixels, sharp on dense screens and in scaled decks; the context is painted as paper is. */
export function prepare(canvas, width, height) {
  const shown = canvas.getBoundingClientRect().width / (canvas.clientWidth || width) || 1;
  const ratio = Math.min(4, (window.devicePixelRatio || 1) * Math.max(1, shown));
  canvas.width = Math.round(width * ratio); // also when unchanged: it forgets the last frame's line styles
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  return context;
}

/** An off-screen canvas of the same density, with its context scaled to CSS pixels. */
export function layer(width, height, ratio) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** A length in pixels that the page asks for in its style, of all its widgets alike; otherwise the given one. */
function asked(name, otherwise) {
  if (typeof document === "undefined") return otherwise;
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name)) || otherwise;
}

/** The smallest text: 13 px, and what a back row can read where a deck asks for it. */
const leastText = () => asked("--course-text-least", 13);

/** How tall a widget may be: a slide says it, elsewhere one scrolls. */
export const tallest = () => asked("--course-widget-tallest", Infinity);

/** Text that grows with the widget, up to 24 px. */
export function fontSize(width) {
  return Math.max(leastText(), Math.min(width / 54, 24));
}

/** The text of labels and numbers beside text of this size. */
export function smaller(size, share = 0.85) {
  return Math.max(leastText(), size * share);
}

/** Write text at (x, y); options: size, color, align, baseline, bold, halo (an outline of paper). */
export function write(context, text, x, y, options = {}) {
  const { size = leastText(), color = INK, align = "left", baseline = "alphabetic", bold = false, halo = false } = options;
  context.font = `${bold ? "600 " : ""}${size}px ${FAMILY}`;
  context.textAlign = align;
  context.textBaseline = baseline;
  if (halo) {
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = PAPER;
    context.setLineDash([]);
    context.strokeText(text, x, y);
  }
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** A line through [[x, y], ...]. */
export function line(context, points, color, width = 2, dash = []) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** A pattern of diagonal lines, rising ("/") or falling ("\"), on a ground or on nothing. */
export function hatch(context, color, { rising = true, spacing = 8, ground = null } = {}) {
  const tile = layer(spacing, spacing, 1);
  if (ground) {
    tile.fillStyle = ground;
    tile.fillRect(0, 0, spacing, spacing);
  }
  tile.strokeStyle = color;
  tile.lineWidth = 1.3;
  tile.beginPath();
  for (const shift of [-spacing, 0, spacing]) {
    tile.moveTo(shift - 1, rising ? spacing + 1 : -1);
    tile.lineTo(shift + spacing + 1, rising ? -1 : spacing + 1);
  }
  tile.stroke();
  return context.createPattern(tile.canvas, "repeat");
}
