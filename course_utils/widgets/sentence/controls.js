import { either } from "../shared/controls.js";
import { optionsOf } from "./math.js";
import { shown } from "./state.js";

/** A group of chips for each factor, one for the scale; the chip of what has no word is a dash. */
export function addControls({ toolbar, state }, { choose, setScale }) {
  const options = () => optionsOf(shown(state).index, state.sizes);
  const shows = state.factors.map(({ title, options: words, unsaid }, i) => {
    const chips = words.map((word, option) => [option, word || "\u2013"]);
    const show = either(toolbar, `${title}:`, chips, (option) => options()[i] === option, (option) => choose(i, option));
    const silent = toolbar.lastElementChild.querySelectorAll(".course-button")[words.indexOf("")];
    silent?.setAttribute("aria-label", `\u2013 (no word: ${unsaid})`);
    return show;
  });
  const scales = state.scales.map((scale) => [scale, String(scale)]);
  shows.push(either(toolbar, "Guidance scale:", scales, (scale) => state.scale === scale, setScale));
  return () => shows.forEach((show) => show());
}
