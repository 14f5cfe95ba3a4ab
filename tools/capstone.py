"""The capstone's notebooks, built as the lessons' are: notebooks/capstone/source/pN_name.py (py:percent).

`python tools/capstone.py [NAME ...] [--no-run]` writes notebooks/capstone/pN_name.ipynb, a starter without
outputs, for each; notebooks/capstone/solutions/pN_name.ipynb, executed, for those that are worked in full
(their sources have solutions between the markers); the projects' table in notebooks/capstone/README.md, and
their list in notebooks/README.md.
"""

import argparse
import json
import re
import sys

import notebooks as lessons
from course_utils import capstone

FOLDER = lessons.ROOT / "notebooks" / "capstone"
SOURCES = {path.stem: path for path in sorted((FOLDER / "source").glob("p[0-9]_*.py"))}
START_PAGE = lessons.ROOT / "notebooks" / "README.md"
BETWEEN = re.compile(r"<!-- (projects|card) -->\n.*?<!-- /\1 -->", re.DOTALL)


def is_worked(path):
    """Whether a project is worked in full."""
    return "### BEGIN SOLUTION" in path.read_text(encoding="utf-8")


def build(path, out, contents, run=True):
    """Build the notebooks of one source; returns a line that says what came of it."""
    if is_worked(path):
        return lessons.build(path, out, contents, run)
    student, _ = lessons.products(path, contents)
    student.metadata["course"]["sha256"] = lessons.fingerprint(student)
    saved = lessons.set_aside(out / f"{path.stem}.ipynb")
    lessons.write(student, out / f"{path.stem}.ipynb")
    return f"{path.stem}: built" + (
        f"; your own copy is now {saved.parent.name}/{saved.name}" if saved else ""
    )


def table(contents):
    """The projects as a table in markdown."""
    rows = ["| project | what it asks | worked example |", "|---|---|---|"]
    for name, entry in sorted(contents.items()):
        worked = f"[yes](solutions/{name}.ipynb)" if is_worked(SOURCES[name]) else ""
        rows.append(f"| [{name[:2]} {entry['title']}]({name}.ipynb) | {entry['summary']} | {worked} |")
    return "\n".join(rows)


def with_table(page, contents):
    """The README's text with the projects and the empty card written between their markers."""
    new = {"projects": table(contents), "card": f"```markdown\n{capstone.card_template()}```"}
    return BETWEEN.sub(lambda part: f"<!-- {part[1]} -->\n{new[part[1]]}\n<!-- /{part[1]} -->", page)


def on_start_page(page, contents):
    """The text of the way through the course with the projects listed between their markers."""
    rows = [
        f"- [{name[:2]} {entry['title']}]({FOLDER.name}/{name}.ipynb): {entry['summary']}"
        for name, entry in sorted(contents.items())
    ]
    listed = "<!-- projects -->\n{}\n<!-- /projects -->".format("\n".join(rows))
    return BETWEEN.sub(lambda part: listed if part[1] == "projects" else part[0], page)


def listing(out=FOLDER):
    """{pN_name: title, summary, about, and seconds where it was run}."""
    path = out / "contents.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: {**stored.get(name, {}), **lessons.heading(path)} for name, path in SOURCES.items()}


def main(arguments=None):
    """Build what was named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="pN_name of the sources to build; all when left out")
    parser.add_argument("--no-run", action="store_true", help="do not execute the worked example")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in SOURCES]
    if unknown:
        parser.error(f"no source of the name {unknown[0]}; there are: {', '.join(SOURCES)}")
    contents = listing()
    for name in options.names or SOURCES:
        print(build(SOURCES[name], FOLDER, contents, not options.no_run), flush=True)
    (FOLDER / "contents.json").write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    page = FOLDER / "README.md"
    page.write_text(with_table(page.read_text(encoding="utf-8"), contents), encoding="utf-8")
    START_PAGE.write_text(on_start_page(START_PAGE.read_text(encoding="utf-8"), contents), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
