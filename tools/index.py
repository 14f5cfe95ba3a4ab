"""A build folder's first page: every lesson and project; page, deck and notebook are one click away.

`python tools/index.py` writes build/index.html after `make slides` or `make pages`; tools/site.py writes the
site's. The notebooks are copied there, so that the folder can be put anywhere; they are read-only, for the
next build replaces them.
"""

import argparse
import json
import sys
from html import escape
from pathlib import Path

import start_page
from standalone import frame
from standalone.files import write

ROOT = Path(__file__).resolve().parent.parent
CAPSTONE = ROOT / "notebooks" / "capstone"
TITLE = "Deep generative models, hands on"
# What a lesson or a project may have: its words on a link, its name to a screen reader, and where it lies.
KINDS = {
    "Page": "pages/{}.html",
    "Deck": "slides/{}.html",
    "Notebook": "notebooks/{}.ipynb",
    "Handout (PDF)": "handouts/{}.pdf",
    "Exercise sheet": "exercises/{}.html",
    "Exercise sheet (PDF)": "exercises/{}.pdf",
    "Worked in full": "pages/{}_worked.html",
}
INTRODUCTION = (
    "<p>A lesson's page is its notebook with all results, its deck the lecture. Both open without a network, "
    "and their pictures can be moved. The notebook is the student's, with the exercises. The time is that of "
    "“Run All” on two CPU cores.</p>\n"
)
SEARCH = (
    '<form class="search" role="search" action="search.html" method="get">'
    '<label for="q">Search the course</label><input id="q" name="q" type="search" autocomplete="off">'
    "<button>Search</button></form>\n"
)


def copy_notebooks(folder, names, source=ROOT / "notebooks"):
    """Copy the student's notebooks of these names to folder/notebooks, for reading only."""
    for name in names:
        target = folder / "notebooks" / f"{name}.ipynb"
        write(target, (source / target.name).read_bytes())
        target.chmod(0o444)


def listings():
    """The lessons and the projects, {NN_name or pN_name: {"title", "summary", ...}} each."""
    paths = [folder / "contents.json" for folder in (ROOT / "notebooks", CAPSTONE)]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def html(folder, contents, projects, places=None):
    """The index of a build folder as HTML.

    contents: {NN_name: {"title", "summary", ...}}; projects: the capstone's, as contents; places: where else
    the site leads, {address: words}. It links to what has been built, and to nothing else.
    """
    body = f"<h1>{TITLE}</h1>\n{INTRODUCTION}"
    if (folder / "search.html").exists():
        body += SEARCH
    left = dict(sorted(contents.items()))
    for first, last, title in start_page.PART.findall((ROOT / "notebooks" / "README.md").read_text("utf-8")):
        named = [name for name in left if first <= name[:2] <= last]
        body += _part(folder, title, {name: left.pop(name) for name in named})
    body += _part(folder, "More lessons", left)
    body += _part(folder, "Projects, to end the course", projects)
    return frame.page(TITLE, body, places, "index.html")


def _part(folder, title, entries):
    """A heading and what stands under it; nothing where nothing does."""
    listed = "\n".join(_entry(folder, name, entry) for name, entry in sorted(entries.items()))
    return f"<h2>{escape(title)}</h2>\n{listed}\n" if entries else ""


def _entry(folder, name, entry):
    number, title = name[:2], escape(entry["title"])
    which = f"project {number}" if number.startswith("p") else f"lesson {number}"
    links = []
    for kind, path in KINDS.items():
        target = path.format(name)
        if (folder / target).exists():
            download = " download" if kind == "Notebook" else ""
            links.append(f'<a href="{target}" aria-label="{kind} of {which}, {title}"{download}>{kind}</a>')
    seconds = entry.get("seconds")
    time = f' <span class="time">{start_page.minutes(seconds)}</span>' if seconds is not None else ""
    return (
        f'<section class="lesson" aria-labelledby="{name}"><h3 id="{name}">{number} {title}{time}</h3>\n'
        f'<p>{escape(entry["summary"])}</p>\n<p class="links">{" ".join(links)}</p></section>'
    )


def main(arguments=None):
    """Write the index of a build folder; return the exit status."""
    parser = argparse.ArgumentParser(prog="index", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="the build folder")
    folder = parser.parse_args(arguments).out
    contents, projects = listings()
    copy_notebooks(folder, contents)
    copy_notebooks(folder, projects, CAPSTONE)
    write(folder / "index.html", html(folder, contents, projects))
    print(folder / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
