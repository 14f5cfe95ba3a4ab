// Runs a widget where there is no kernel: a model that keeps its state in the page.
// A widget sees what it sees in JupyterLab: get, set, save_changes, send, on and off.

export function makeModel(state) {
  const listeners = new Map();
  const emit = (name, ...details) => [...(listeners.get(name) ?? [])].forEach((heard) => heard(...details));

  const model = {
    get: (key) => state[key],
    set(key, value) {
      const changes = typeof key === "object" ? key : { [key]: value };
      const changed = Object.keys(changes).filter((name) => state[name] !== changes[name]);
      Object.assign(state, changes);
      changed.forEach((name) => emit(`change:${name}`, model, state[name]));
      if (changed.length) emit("change", model);
    },
    save_changes() {},
    send() {},
    on(names, heard) {
      for (const name of names.split(" ")) listeners.set(name, [...(listeners.get(name) ?? []), heard]);
    },
    off(names, heard) {
      for (const name of names ? names.split(" ") : [...listeners.keys()]) {
        listeners.set(name, heard ? (listeners.get(name) ?? []).filter((other) => other !== heard) : []);
      }
    },
  };
  return model;
}

// Inside a widget every key belongs to the widget, so that an arrow moves its handle and not the slide, and
// Escape hands the keyboard back. Page Up and Page Down (a presenter's remote) turn the slide all the same:
// reveal.js lets them be where an input has the focus, and a slider would take a jump.
function keepKeys(host) {
  host.addEventListener("keydown", turnSlide, { capture: true });
  host.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") document.activeElement?.blur();
  });
}

function turnSlide(event) {
  const turn = { PageUp: "prev", PageDown: "next" }[event.key];
  if (!turn || !window.Reveal || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  window.Reveal[turn]();
}

// A widget measures its element, so it waits until the element has a size: slides far away are not laid out.
function whenLaidOut(host) {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      if (host.getBoundingClientRect().width === 0) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(host);
  });
}

async function importModule({ esm, css }) {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  URL.revokeObjectURL(url);
  return typeof widget === "function" ? widget() : widget;
}

async function start(host, widget, model) {
  try {
    await whenLaidOut(host);
    host.replaceChildren();
    await (await widget).render({ model, el: host });
    host.dataset.ready = "true";
  } catch (error) {
    host.textContent = `This picture could not start: ${error.message}`;
    console.error(error);
  }
}

function startAll(payload) {
  const modules = payload.modules.map(importModule);
  const models = payload.models.map(({ state }) => makeModel(state));
  const widgets = payload.models.map(async ({ module }, i) => {
    const widget = await modules[module];
    await widget.initialize?.({ model: models[i] });
    return widget;
  });
  for (const host of document.querySelectorAll("[data-live-model]")) {
    keepKeys(host);
    start(host, widgets[host.dataset.liveModel], models[host.dataset.liveModel]);
  }
}

if (typeof document !== "undefined") {
  startAll(JSON.parse(document.getElementById("live-widgets").textContent));
}
