"""One source, three products: the student's notebook, the executed solutions, the table of contents.

`python tools/notebooks.py [NAME ...] [--no-run] [--prose] [--out DIR]` reads notebooks/source/NN_name.py
(py:percent, with solutions) and writes notebooks/NN_name.ipynb (solutions cleared, no outputs), notebooks/
solutions/NN_name.ipynb (executed) and notebooks/contents.json, from which the README's table and the times on
the start page are made; docs/errata.md as well. A student notebook that somebody has worked in is never
overwritten, nor one that was run: it is first copied, whole, to notebooks/my/. A published time stays as it
is, however busy the machine, unless RETIME=1 asks for a new one. With --prose the outputs of the last run are
kept, and a source whose code is another since then is refused: for a word, or for pointers to a lesson that
is there now.

A cell tagged hide-input only draws, counts or verifies: the student's notebook shows it collapsed. Both
notebooks end with five questions, where the lesson has a bank of them (five_questions.py). The student's says
how its page and deck are made, and links to files hold from where each of the two lies (leads.py).
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

import errata_page
import five_questions
import jupytext
import leads
import nbformat
import pointers
import start_page
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from course_utils.classroom import aside

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "notebooks" / "source"
BLANK, GUESS = "...  # your code here", "...  # your guess, in quotes"
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n(.*?)^[ \t]*### END SOLUTION[ \t]*\n?", re.DOTALL | re.MULTILINE
)
WIDGETS = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MAX_BYTES, MAX_SECONDS = 1_500_000, 150
COLLAPSED = "hide-input"  # the tag that Jupyter's publishing tools know too


def read_source(path):
    """The source as a notebook, with deterministic cell ids and only the metadata that readers need."""
    nb = jupytext.read(path, fmt="py:percent")
    course = nb.metadata.get("course")
    if not course:
        raise SystemExit(f"{path.name}: the header has no `course:` block (title, lectures).")
    course = {name: text for name, text in course.items() if name != "about"}  # the start page's
    nb.metadata = nbformat.from_dict({"kernelspec": KERNEL, "course": course})
    nb.nbformat, nb.nbformat_minor = 4, 5
    seen = set()
    for cell in nb.cells:
        cell.id = _cell_id(path.stem, cell.source, seen)
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
    return nb


def add_questions(nb, name):
    """Put the lesson's five questions, where it has a bank of them, behind its summary, in place."""
    seen = {cell.id for cell in nb.cells}
    texts = five_questions.texts(name)
    new = [nbformat.v4.new_markdown_cell(text, id=_cell_id(name, text, seen)) for text in texts]
    place = five_questions.place(nb.cells)
    nb.cells[place:place] = new


def heading(path):
    """What a source's header says of it: title, one-line summary, and what it is about for the start page."""
    course = jupytext.read(path, fmt="py:percent").metadata.get("course", {})
    missing = [name for name in ("title", "summary", "about") if name not in course]
    if missing:
        raise SystemExit(f"{path.name}: the header's `course:` block lacks {missing[0]}.")
    return {name: course[name] for name in ("title", "summary", "about")}


def _cell_id(name, source, seen):
    """A name for a cell that depends on its text, so that a rebuild changes only the cells that changed."""
    for copy in range(1000):
        digest = hashlib.sha256(f"{name}/{copy}/{source}".encode()).hexdigest()[:12]
        if digest not in seen:
            seen.add(digest)
            return digest
    raise ValueError(f"more than 1000 equal cells in {name}")


def clear_solutions(text):
    """Every marked solution becomes a blank at the same depth; ValueError where the markers do not pair.

    A solution of one line, `name = value`, becomes `name = ...`, so that the name exists in a blank notebook.
    """
    cleared = SOLUTION.sub(_blank, text)
    if "### BEGIN SOLUTION" in cleared or "### END SOLUTION" in cleared:
        raise ValueError("a BEGIN SOLUTION has no END SOLUTION, or the other way round")
    return cleared.rstrip("\n") if not text.endswith("\n") else cleared


def _blank(match):
    named = re.fullmatch(r"\s*(\w+) = [^\n]*\n", match[2])
    return f"{match[1]}{named[1]} = {GUESS}\n" if named else f"{match[1]}{BLANK}\n"


def keep_solutions(text):
    """The solutions without their markers."""
    return re.sub(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", "", text, flags=re.MULTILINE).rstrip("\n")


def products(path, contents):
    """The student's notebook and the (not yet executed) solutions for one source."""
    pair = []
    for change in (clear_solutions, keep_solutions):
        nb = read_source(path)
        add_questions(nb, path.stem)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.source = change(cell.source)
                if change is clear_solutions and COLLAPSED in cell.metadata.get("tags", []):
                    cell.metadata["jupyter"] = {"source_hidden": True}
            else:
                cell.source = fill_in(cell.source, contents.get(path.stem, {}))
                if change is keep_solutions:  # which lie one folder further down
                    cell.source = leads.from_below(cell.source)
        if change is clear_solutions:
            nb.cells[0].source += leads.to_page_and_deck(path.stem)
        pair.append(nb)
    return pair


def fill_in(text, entry):
    """Write the measured time, rounded up to half minutes, and the pointers to other lessons."""
    seconds = entry.get("seconds")
    said = "not measured yet" if seconds is None else f"about {start_page.minutes(seconds)} on two CPU cores"
    return pointers.filled(text.replace("{measured_time}", said))


def fingerprint(nb):
    """A hash of what a reader can edit: every cell's text (running a notebook leaves it as it is)."""
    text = "\x00".join(cell.source for cell in nb.cells)
    return hashlib.sha256(text.encode()).hexdigest()


def set_aside(path):
    """Where somebody has worked in a student notebook, or run it, keep it whole in notebooks/my/: the path.

    Outputs, attachments and states of widgets come along; so does a file that is no notebook any more.
    """
    if not path.exists():
        return None
    content = path.read_bytes()
    nb = aside.parsed(content)
    if nb is not None and not aside.is_run(nb):
        with contextlib.suppress(Exception):  # a notebook of no form that nbformat knows is somebody's work
            nb = nbformat.reads(content.decode("utf-8"), as_version=4)
            if nb.metadata.get("course", {}).get("sha256") == fingerprint(nb):
                return None
    try:
        return aside.keep(content, path.parent / "my", path.name)[0]
    except OSError as error:
        raise SystemExit(f"{path.stem}: your work could not be set aside, so it stays: {error}") from None


def execute(nb, folder, preset="quick"):
    """Run every cell in `folder`; returns the seconds it took. Outputs and widget states stay in nb."""
    client = NotebookClient(
        nb, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(folder)}},
        store_widget_state=True, record_timing=False,
    )  # fmt: skip
    began = time.monotonic()
    switches = {"COURSE_PROGRESS": "off", "COURSE_REMEMBER": "off", "COURSE_PRESET": preset}
    client.execute(env={**os.environ, **switches})
    seconds = time.monotonic() - began
    nb.metadata.pop("language_info", None)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = join_prints(cell.outputs)
    return seconds


def join_prints(outputs):
    """What was printed in a row as one output; nbclient's own way would join it across what lies between."""
    joined = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and output.name == before.get("name"):
            before["text"] += output.text
        else:
            joined.append(output)
    return joined


def settle_widgets(nb, name):
    """Give widget models names that a rebuild repeats, and keep only those that an output shows."""
    states = nb.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    shown = [
        output.data[VIEW]["model_id"]
        for cell in nb.cells
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {})
    ]
    kept = [name_ for name_ in shown if name_ in states]
    for model in kept:  # grows while it is walked: a model may name others (its layout)
        named = re.findall(r"IPY_MODEL_([0-9a-f]{32})", json.dumps(states[model]))
        kept += [other for other in named if other in states and other not in kept]
    text = nbformat.writes(_with_states(nb, {model: states[model] for model in kept}))
    for order, model in enumerate(kept):
        text = text.replace(model, hashlib.md5(f"{name}/{order}".encode()).hexdigest())
    return nbformat.reads(text, as_version=4)


def keep_uncompared(stored, nb):
    """Keep the stored outputs of cells that nbval does not compare: they differ from run to run by nature.

    Where a printed text has other words than before, and not only other numbers, the new one is right.
    """
    if not stored.exists():
        return
    old = {cell.id: cell for cell in nbformat.read(stored, as_version=4).cells}
    for cell in nb.cells:
        if "nbval-ignore-output" not in cell.metadata.get("tags", []) or cell.id not in old:
            continue
        if _words(cell) == _words(old[cell.id]):
            cell.outputs = old[cell.id].outputs


def _words(cell):
    """What a cell prints, without its numbers and its columns' widths."""
    printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    return re.sub(r"[\d.,\s-]+", " ", printed)


def keep_outputs(stored, nb, name):
    """Give nb the outputs and widget states of the stored run; SystemExit where its code is another."""
    old = nbformat.read(stored, as_version=4)
    ran, fresh = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (old, nb))
    if [cell.source for cell in ran] != [cell.source for cell in fresh]:
        raise SystemExit(f"{name}: its code has changed since it was run; build it without --prose.")
    for cell, new in zip(ran, fresh, strict=True):
        new.outputs, new.execution_count = cell.outputs, cell.execution_count
    if "widgets" in old.metadata:
        nb.metadata["widgets"] = old.metadata["widgets"]


def _with_states(nb, states):
    nb.metadata.pop("widgets", None)
    if states:
        nb.metadata["widgets"] = {WIDGETS: {"state": states, "version_major": 2, "version_minor": 0}}
    return nb


def write(nb, path):
    """Write a notebook in one move, so that a stop half way leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")
    part.replace(path)


def keep_time(old, new):
    """The time to print: the published one unless RETIME=1 is set, so that a busy machine changes nothing."""
    return int(new) + 1 if old is None or os.environ.get("RETIME") == "1" else old


def build(path, out, contents, run=True, prose=False):
    """Build one source's notebooks below `out`; returns a line that says what came of it."""
    student, solutions = products(path, contents)
    stored = out / "solutions" / f"{path.stem}.ipynb"
    if prose:
        keep_outputs(stored, solutions, path.stem)
        write(solutions, stored)
    elif run:
        try:
            seconds = execute(solutions, ROOT / "notebooks")
        except CellExecutionError as error:
            raise SystemExit(f"{path.name}: a cell fails, nothing was written.\n{error}") from None
        entry = contents.setdefault(path.stem, {})
        entry["seconds"] = keep_time(entry.get("seconds"), seconds)
        solutions = settle_widgets(solutions, path.stem)
        _refresh_prose(path, contents, student, solutions)
        keep_uncompared(stored, solutions)
        write(solutions, stored)
    student.metadata["course"]["sha256"] = fingerprint(student)
    saved = set_aside(out / f"{path.stem}.ipynb")
    write(student, out / f"{path.stem}.ipynb")
    kept = f"; your own copy is now notebooks/my/{saved.name}" if saved else ""
    if prose or not run:
        return f"{path.stem}: built{kept}"
    size = stored.stat().st_size
    verdict = "" if size <= MAX_BYTES and seconds <= MAX_SECONDS else "  OVER BUDGET"
    return f"{path.stem}: {seconds:.0f} s, {size / 1e6:.2f} MB{verdict}{kept}"


def _refresh_prose(path, contents, *notebooks):
    """The time is known only after the run: write the text cells again."""
    for nb, fresh in zip(notebooks, products(path, contents), strict=True):
        for cell, new in zip(nb.cells, fresh.cells, strict=True):
            cell.source = new.source


def table(contents):
    """The README's table of contents."""
    rows = ["| lesson | what you do in it | time |", "|---|---|---|"]
    for name, entry in sorted(contents.items()):
        time_said = start_page.minutes(entry["seconds"]) if "seconds" in entry else ""
        rows.append(
            f"| [{name[:2]} {entry['title']}](notebooks/{name}.ipynb) | {entry['summary']} | {time_said} |"
        )
    return "\n".join(rows)


def with_table(readme, contents):
    """The README's text with the table of contents written between its two markers."""
    between = re.compile(r"(<!-- contents -->\n).*?(\n<!-- /contents -->)", re.DOTALL)
    return between.sub(lambda match: match[1] + table(contents) + match[2], readme)


def main(arguments=None):
    """Build what was named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="NN_name of the sources to build; all when left out")
    parser.add_argument("--no-run", action="store_true", help="do not execute the solutions")
    parser.add_argument(
        "--prose", action="store_true", help="only words have changed: keep the last run's outputs"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "notebooks", help="write below another folder")
    options = parser.parse_args(arguments)
    sources = {path.stem: path for path in sorted(SOURCE.glob("[0-9][0-9]_*.py"))}
    unknown = [name for name in options.names if name not in sources]
    if unknown:
        parser.error(f"no notebooks/source/{unknown[0]}.py; there are: {', '.join(sources)}")
    listing = ROOT / "notebooks" / "contents.json"
    contents = json.loads(listing.read_text()) if listing.exists() else {}
    contents = {name: {**contents.get(name, {}), **heading(path)} for name, path in sources.items()}
    for name in options.names or sources:
        print(build(sources[name], options.out, contents, not options.no_run, options.prose), flush=True)
    (options.out / "contents.json").write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")
    readme = ROOT / "README.md"
    if options.out == ROOT / "notebooks" and readme.exists():
        readme.write_text(with_table(readme.read_text(encoding="utf-8"), contents), encoding="utf-8")
        start_page.write(options.out / "README.md", contents, SOURCE)
        errata_page.write(contents)


if __name__ == "__main__":
    sys.exit(main())
