import { fontSize } from "./canvas.js";

/** An element with a class and, where given, plain text (never markup). */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The widget's bones: a row of buttons, a canvas one can focus, and a line of numbers that is read out. */
export function shell(el, label) {
  const root = make("div", "course-widget");
  const toolbar = make("div", "course-toolbar");
  const canvas = make("canvas", "course-canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const summary = make("p", "course-summary");
  summary.setAttribute("aria-live", "polite");
  root.append(toolbar, canvas, summary);
  el.replaceChildren(root);
  return { root, toolbar, canvas, summary };
}

/** A push button; with `pressed` it is a switch that says whether it is on. */
export function button(toolbar, text, onClick, { pressed, title } = {}) {
  const element = make("button", "course-button", text);
  element.type = "button";
  if (title) element.title = title;
  if (pressed !== undefined) element.setAttribute("aria-pressed", String(pressed));
  element.addEventListener("click", onClick);
  toolbar.append(element);
  return element;
}

/** A group of buttons with a label, which stay in one line where there is room; returns where they go. */
export function group(toolbar, text) {
  const element = make("span", "course-group");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", text);
  element.append(make("span", "course-caption", text));
  toolbar.append(element);
  return element;
}

/** A slider over the whole numbers from 0 to last, with a caption that says its value; returns what shows one. */
export function slider(toolbar, { label, last, describe, onInput, onChange }) {
  const row = group(toolbar, label);
  const element = make("input", "course-slider");
  Object.assign(element, { type: "range", min: 0, max: last, step: 1 });
  element.setAttribute("aria-label", label);
  const value = make("span", "course-caption");
  element.addEventListener("input", () => onInput(Number(element.value)));
  element.addEventListener("change", onChange);
  row.append(element, value);
  return (index) => {
    element.value = String(index);
    element.setAttribute("aria-valuetext", describe(index));
    value.textContent = describe(index);
  };
}

/** Call refresh whenever one of these traits changes; returns what ends that, and calls the other ends. */
export function follow(model, names, refresh, ends) {
  for (const name of names) model.on(`change:${name}`, refresh);
  return () => {
    for (const name of names) model.off(`change:${name}`, refresh);
    ends.forEach((end) => end());
  };
}

/** Draw at once and at every new width; later requests meet in one animation frame. */
export function painter(root, draw) {
  const padding = 16; // both sides, as in style.css
  let [width, pending] = [root.clientWidth || 720, 0];
  const paint = () => {
    pending = 0;
    root.style.fontSize = `${Math.min(fontSize(width), 20)}px`;
    draw(width - padding);
  };
  const request = () => (pending ||= requestAnimationFrame(paint));
  const observer = new ResizeObserver(() => {
    if (!root.clientWidth || root.clientWidth === width) return;
    width = root.clientWidth;
    paint();
  });
  observer.observe(root);
  const stop = () => {
    observer.disconnect();
    cancelAnimationFrame(pending);
  };
  return { paint, request, stop };
}
