"""Write today's widget code into the executed notebooks, without running them.

`python tools/widget_code.py [NOTEBOOK ...]` takes the notebooks of notebooks/solutions where none is named. A
stored widget carries its JavaScript and style, so that a page without a kernel can show it; after a change of
course_utils/widgets that copy is old. Only the two texts are written, all else stays byte for byte.
"""

import json
import sys
from pathlib import Path

from course_utils import widgets

SOLUTIONS = Path(__file__).resolve().parent.parent / "notebooks" / "solutions"
STATES = "application/vnd.jupyter.widget-state+json"
CODE = ("_esm", "_css")


def stored(notebook):
    """(state, face) of each widget of ours in a notebook's JSON; `state` is the stored dict itself."""
    models = notebook["metadata"].get("widgets", {}).get(STATES, {}).get("state", {})
    for model in models.values():
        module, _, name = model["state"].get("_anywidget_id", "").rpartition(".")
        if module.startswith(f"{widgets.__name__}."):
            yield model["state"], getattr(widgets, name)


def outdated(path):
    """The names of the widgets whose stored code is not today's."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        face.__name__
        for state, face in stored(notebook)
        if any(state[part] != getattr(face, part) for part in CODE)
    ]


def renew(path):
    """Write today's code into one notebook; returns whether that changed it."""
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    for state, face in stored(notebook):
        state.update({part: getattr(face, part) for part in CODE})
    new = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if new != text:
        path.write_text(new, encoding="utf-8")
    return new != text


def main(arguments):
    """Renew what was named, or every executed notebook, and say what came of it."""
    for path in map(Path, arguments or sorted(SOLUTIONS.glob("*.ipynb"))):
        print(f"{path.stem}: {'renewed' if renew(path) else 'as it was'}")


if __name__ == "__main__":
    main(sys.argv[1:])
