/** An element with a class and, where given, plain text (never markup). */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A push button. */
export function button(toolbar, text, onClick, { title } = {}) {
  const element = make("button", "course-button", text);
  element.type = "button";
  if (title) element.title = title;
  element.addEventListener("click", () => onClick());
  toolbar.append(element);
  return element;
}

/** A button that says whether something is on; returns what shows that again. */
export function toggle(toolbar, text, isOn, onClick) {
  const element = button(toolbar, text, onClick);
  const show = () => element.setAttribute("aria-pressed", String(isOn()));
  show();
  return show;
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

/** A group of switches, [value, name] each, of which one may be on; returns what shows it again. */
export function either(toolbar, text, options, isOn, choose) {
  const row = group(toolbar, text);
  const shows = options.map(([value, name]) => toggle(row, name, () => isOn(value), () => choose(value)));
  return () => shows.forEach((show) => show());
}

/** A slider over the whole numbers from 0 to last, with a caption that says its value; returns what shows one. */
export function slider(toolbar, { label, last, describe, onInput, onChange }) {
  const row = group(toolbar, label);
  const element = make("input", "course-slider");
  Object.assign(element, { type: "range", min: 0, max: last, step: 1 });
  element.setAttribute("aria-label", label);
  const value = make("span", "course-caption");
  element.addEventListener("input", () => onInput(Number(element.value)));
  element.addEventListener("change", () => onChange());
  row.append(element, value);
  return (index) => {
    element.value = String(index);
    element.setAttribute("aria-valuetext", describe(index));
    value.textContent = describe(index);
  };
}

/** A list to choose from, [value, name] each, with its label; returns what shows a value. */
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
