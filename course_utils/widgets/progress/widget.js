import { button, make } from "../shared/controls.js";
import { onKeys } from "../shared/input.js";
import { addressOf } from "./links.js";
import { row } from "./row.js";
import { changeSaid, nameOf, solvedIn } from "./words.js";

const PATIENCE = 4000; // ms for the kernel to answer
const UNANSWERED = "No answer: the kernel is busy, or none is running. Run this cell again.";
const TRAITS = ["lessons", "said", "coming", "kept"];

/** A list and no picture: it has its own elements, which the page's style lays out, and not mount()'s canvas. */
function render({ model, el }) {
  const root = make("div", "course-widget course-progress");
  const sum = make("p", "course-summary");
  const next = make("p", "course-next");
  const toolbar = make("div", "course-toolbar");
  const list = make("ul", "course-lessons");
  list.setAttribute("aria-label", "Lessons");
  const look = asking(model, toolbar);
  root.append(sum, next, toolbar, list);
  el.replaceChildren(root);
  const rows = new Map();
  const show = () => {
    const lessons = model.get("lessons");
    sum.textContent = model.get("said");
    showNext(next, model.get("coming"), lessons);
    toolbar.hidden = !model.get("kept"); // where nothing is remembered there is nothing to look for
    showRows(list, rows, lessons);
  };
  for (const name of TRAITS) model.on(`change:${name}`, show);
  const stopKeys = onKeys(root, undefined, {}, () => {});
  show();
  return () => {
    for (const name of TRAITS) model.off(`change:${name}`, show);
    [look, stopKeys].forEach((stop) => stop());
  };
}

/** The exercise to go on with, and the way to its lesson. */
function showNext(next, { notebook, exercise }, lessons) {
  const lesson = lessons.find((one) => one.notebook === notebook);
  next.hidden = !lesson;
  if (!lesson) return;
  const link = next.querySelector("a") ?? make("a"); // the same one again, which may have the focus
  link.textContent = nameOf(lesson);
  link.href = addressOf(notebook, location.pathname);
  if (link.isConnected) next.querySelector("code").textContent = exercise;
  else next.append("Next: ", make("code", "", exercise), " in ", link);
}

/** A row for each lesson; those that are there already stay, open or closed. */
function showRows(list, rows, lessons) {
  const names = lessons.map(({ notebook }) => notebook);
  if (String([...rows.keys()]) !== String(names)) {
    rows.clear();
    for (const name of names) rows.set(name, row());
    list.replaceChildren(...[...rows.values()].map(({ item }) => item));
  }
  for (const lesson of lessons) rows.get(lesson.notebook).show(lesson);
}

/** The button that has the kernel look again, and the line that says what came of it; returns what ends that. */
function asking(model, toolbar) {
  let [before, waiting] = [0, 0];
  const ask = () => {
    before = solvedIn(model.get("lessons"));
    heard.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => (heard.textContent = UNANSWERED), PATIENCE);
    model.send({ kind: "look" });
  };
  button(toolbar, "Look again", ask, { title: "Read again what is solved" });
  const heard = make("span", "course-caption");
  heard.setAttribute("role", "status");
  toolbar.append(heard);
  const answered = () => {
    clearTimeout(waiting);
    heard.textContent = changeSaid(before, solvedIn(model.get("lessons")));
  };
  model.on("change:looks", answered);
  return () => {
    clearTimeout(waiting);
    model.off("change:looks", answered);
  };
}

export default { render };
