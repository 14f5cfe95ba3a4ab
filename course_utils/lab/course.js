/**
 * An extension of JupyterLab, written as its build would leave it, for it needs no package. It does two things.
 * Where a widget has no model, as in a notebook that was saved without, JupyterLab says "model not found" and hides
 * the still picture that lies beside the widget in the same output. This puts the picture, with its alternative text,
 * in that line's place. And where a widget links to a notebook beside its own, JupyterLab would be loaded anew; this
 * opens the notebook in a tab, as for a link in a text.
 */
(() => {
  const FAILED = "Error displaying widget";

  /** The output, {data, metadata}, that a node of some notebook shows; undefined where none has a picture. */
  function outputOf(app, node) {
    for (const panel of app.shell.widgets("main")) {
      for (const { outputArea } of panel.content?.widgets ?? []) {
        const place = outputArea?.widgets.findIndex((widget) => widget.node.contains(node)) ?? -1;
        if (place >= 0) return outputArea.model.get(place);
      }
    }
  }

  function showStills(app) {
    for (const node of document.querySelectorAll(".jp-OutputArea-output.jupyter-widgets")) {
      if (node.children.length || !node.textContent.startsWith(FAILED)) continue;
      const output = outputOf(app, node);
      if (!output?.data["image/png"]) continue;
      const still = document.createElement("img");
      still.src = `data:image/png;base64,${output.data["image/png"]}`;
      still.alt = output.metadata["image/png"]?.alt ?? "";
      still.style.maxWidth = "100%";
      node.replaceChildren(still);
    }
  }

  /** Open the notebook that a link in a widget names, unless the reader asks the browser for a tab or a window. */
  function follow(app, event) {
    const link = event.target.closest?.(".course-widget a[href$='.ipynb']");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const panel = [...app.shell.widgets("main")].find(({ context, node }) => context && node.contains(link));
    if (!panel) return;
    event.preventDefault();
    const name = decodeURIComponent(link.getAttribute("href").replace(/^\.\//, ""));
    const path = [...panel.context.path.split("/").slice(0, -1), name].join("/");
    app.commands.execute("docmanager:open", { path });
  }

  function activate(app) {
    document.addEventListener("click", (event) => follow(app, event));
    let pending = 0;
    const look = () => {
      pending = 0;
      showStills(app);
    };
    const observer = new MutationObserver(() => (pending ||= requestAnimationFrame(look)));
    observer.observe(document.body, { childList: true, subtree: true });
  }

  const plugin = { id: "course-utils:course", autoStart: true, activate };
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["course-utils"] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
