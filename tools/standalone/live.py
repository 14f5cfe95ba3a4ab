"""Widgets in a file with no kernel: their module, their style and their state go in, shim.js runs them."""

import json
from html import escape
from pathlib import Path

from .errors import BuildError

SHIM = Path(__file__).resolve().parent / "shim.js"
# What JupyterLab needs to lay a widget out; a page has its own layout.
PLUMBING = {"layout", "tabbable", "tooltip"}


def collection():
    """An empty collection of widgets for one file: place() fills it, scripts() writes it out."""
    return {"modules": [], "models": []}


def place(widgets, state, alt, png=None):
    """Add a widget's state (the dictionary that Jupyter keeps) and return the element that will hold it.

    alt: what the picture shows; png: a still of it as base64, shown where scripts are off. Raises
    BuildError for a model that is no anywidget, or whose state is not plain JSON.
    """
    if "_esm" not in state:
        raise BuildError(f"only anywidgets run without a kernel; got a {state.get('_model_name', 'widget')}.")
    module = {"esm": state["_esm"], "css": state.get("_css") or ""}
    if module not in widgets["modules"]:
        widgets["modules"].append(module)
    plain = {key: value for key, value in state.items() if key[0] != "_" and key not in PLUMBING}
    try:
        json.dumps(plain)
    except TypeError as error:
        raise BuildError(f"a widget's state must be plain JSON: {error}.") from None
    model = {"module": widgets["modules"].index(module), "state": plain}
    widgets["models"].append(model)
    return element(len(widgets["models"]) - 1, alt, png)


def element(index, alt, png=None):
    """The element that holds model number index; two elements may show the same model."""
    still = f'<noscript><img alt="{escape(alt)}" src="data:image/png;base64,{png}"></noscript>' if png else ""
    return (
        f'<div class="live" data-live-model="{index}" data-prevent-swipe role="group" '
        f'aria-label="{escape(alt)}">{still}</div>'
    )


def scripts(widgets):
    """The script elements that start every widget of the collection; empty where there is none."""
    if not widgets["models"]:
        return ""
    payload = (
        json.dumps(widgets, sort_keys=True, ensure_ascii=False)
        .replace("</", "<\\/")
        .replace("<!--", "<\\u0021--")
        .encode("utf-8", "backslashreplace")  # half of a surrogate pair: as JSON writes it, too
        .decode("utf-8")
    )
    shim = inline_script(SHIM.read_text(encoding="utf-8"))
    return (
        f'<script type="application/json" id="live-widgets">{payload}</script>\n'
        f'<script type="module">\n{shim}</script>\n'
    )


def inline_script(source):
    """JavaScript that may stand inside a script element: nothing in it ends or nests the element."""
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")
