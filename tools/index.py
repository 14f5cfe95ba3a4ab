"""The build folder's first page: every lesson, with its page, its deck and its notebook one click away.

`python tools/index.py` writes build/index.html after `make slides` or `make pages`. The notebooks are copied
there, so that the folder can be put anywhere; they are read-only, for the next build replaces them.
"""

import argparse
import json
import sys
from html import escape
from pathlib import Path

from standalone.files import write

ROOT = Path(__file__).resolve().parent.parent
STYLES = [ROOT / "tools" / "standalone" / name for name in ("theme.css", "page.css")]
KINDS = {"page": "pages/{}.html", "deck": "slides/{}.html", "notebook": "notebooks/{}.ipynb"}


def copy_notebooks(folder, names):
    """Copy the student's notebooks of these names to folder/notebooks, for reading only."""
    for name in names:
        target = folder / "notebooks" / f"{name}.ipynb"
        write(target, (ROOT / "notebooks" / target.name).read_bytes())
        target.chmod(0o444)


def html(folder, contents):
    """The index of a build folder as HTML; contents: {NN_name: {"title", "summary"}}.

    It links to what has been built, and to nothing else.
    """
    lessons = "\n".join(_lesson(folder, name, entry) for name, entry in sorted(contents.items()))
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>Deep generative models, hands on</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        "<h1>Deep generative models, hands on</h1>\n"
        "<p>A lesson's page is its notebook with all results, its deck the lecture. Both open without a "
        "network, and their pictures can be moved. The notebook is the student's, with the exercises.</p>\n"
        f"{lessons}\n</main>\n</body>\n</html>\n"
    )


def _lesson(folder, name, entry):
    number, title = name[:2], escape(entry["title"])
    links = []
    for kind, path in KINDS.items():
        target = path.format(name)
        if (folder / target).exists():
            download = " download" if kind == "notebook" else ""
            label = f'aria-label="{kind.capitalize()} of lesson {number}, {title}"'
            links.append(f'<a href="{target}" {label}{download}>{kind.capitalize()}</a>')
    return f"<h2>{number} {title}</h2>\n<p>{escape(entry['summary'])}<br>\n{' · '.join(links)}</p>"


def main(arguments=None):
    """Write the index of a build folder; return the exit status."""
    parser = argparse.ArgumentParser(prog="index", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="the build folder")
    folder = parser.parse_args(arguments).out
    contents = json.loads((ROOT / "notebooks" / "contents.json").read_text(encoding="utf-8"))
    copy_notebooks(folder, contents)
    write(folder / "index.html", html(folder, contents))
    print(folder / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
