// One lesson's row: its name, its bar and its numbers; opened, its notebook and its exercises.
import { make } from "../shared/controls.js";
import { addressOf } from "./links.js";
import { countOf, nameOf } from "./words.js";

/** {item, show(lesson)}: a row that can be shown again without closing it or taking its focus. */
export function row() {
  const item = make("li");
  const details = make("details", "course-lesson");
  const summary = make("summary");
  const name = make("span", "course-name");
  const measure = make("span", "course-measure");
  const track = make("span", "course-track");
  const bar = make("span", "course-bar");
  const count = make("span", "course-count");
  const link = make("a");
  const exercises = make("ul");
  track.setAttribute("aria-hidden", "true"); // the numbers beside it say the same
  track.append(bar);
  measure.append(track, count);
  summary.append(name, measure);
  details.append(summary, link, exercises);
  item.append(details);
  const show = (lesson) => {
    const { solved, count: all, done, text } = countOf(lesson);
    name.textContent = nameOf(lesson);
    count.textContent = text;
    bar.style.width = `${(100 * solved) / all}%`;
    bar.classList.toggle("course-done", done);
    link.textContent = `Open ${nameOf(lesson)}`;
    link.href = addressOf(lesson.notebook, location.pathname);
    exercises.replaceChildren(...lesson.exercises.map(exercise));
  };
  return { item, show };
}

function exercise([name, isSolved]) {
  const item = make("li");
  const sign = make("span", isSolved ? "course-sign course-solved" : "course-sign", isSolved ? "\u2713" : "\u25cb");
  sign.setAttribute("aria-hidden", "true");
  item.append(sign, make("code", "", name), make("span", "course-caption", isSolved ? "solved" : "not yet"));
  return item;
}
