import { group, make } from "./shell.js";

/** A list to choose from, [value, name] each, with its label; returns what shows a value (styled as .course-select). */
export function choice(toolbar, text, options, choose) {
  const row = group(toolbar, `${text}:`);
  const select = make("select", "course-select");
  select.setAttribute("aria-label", text);
  for (const [value, name] of options) {
    const option = make("option", "", name);
    option.value = String(value);
    select.append(option);
  }
  select.addEventListener("change", () => choose(options[select.selectedIndex][0]));
  row.append(select);
  return (value) => (select.value = String(value));
}
