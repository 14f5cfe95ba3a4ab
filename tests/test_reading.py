"""The lessons as a reader meets them: short cells, wrapped prose, and drawings that are out of the way."""

import ast
import functools
import re
import sys
from pathlib import Path

import pytest

from course_utils._texts import texts
from course_utils.checks.engine.reveal import REASONS
from course_utils.figures import alt_text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import main_line  # noqa: E402
import pointers  # noqa: E402

import notebooks as build  # noqa: E402

SOURCES = sorted(build.SOURCE.glob("[0-9][0-9]_*.py"))
LONGEST_CELL, WIDEST_PROSE = 40, 120
NAME = re.compile(r'"(\d\d\.[a-z_]\w*)"')
read = functools.cache(build.read_source)
lessons = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def code(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def collapsed(nb):
    """(the cell before, the cell) for each cell that a student finds collapsed."""
    pairs = zip([None, *nb.cells], nb.cells, strict=False)
    return [(before, cell) for before, cell in pairs if build.COLLAPSED in cell.metadata.get("tags", [])]


def prose(nb):
    """The lines of text that can be wrapped: no tables, headings or formulas."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^\s*\$\$.*?\$\$", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            yield from (line for line in text.splitlines() if not line.lstrip().startswith(("|", "#", "$")))


@lessons
def test_code_cells_are_short(source):
    long = [cell.source for cell in code(read(source)) if cell.source.count("\n") >= LONGEST_CELL]
    assert not long, f"cut it in two, or draw in course_utils/figures: {long[0][:80]!r}"


@lessons
def test_prose_is_wrapped(source):
    wide = [line for line in prose(read(source)) if len("# " + line) > WIDEST_PROSE]
    assert not wide, f"wrap it at {WIDEST_PROSE} columns: {wide[0][:80]!r}"


@lessons
def test_a_line_of_text_says_what_a_collapsed_cell_does(source):
    for before, cell in collapsed(read(source)):
        assert before is not None and before.cell_type == "markdown", (
            f"say above the collapsed cell what it does: {cell.source[:80]!r}"
        )
        assert before.source.rstrip().endswith((".", ":", ".)", "?")), before.source[-80:]


@lessons
def test_no_exercise_is_collapsed(source):
    for _, cell in collapsed(read(source)):
        assert not re.search(r"BEGIN SOLUTION|\bcheck\(|\bhint\(", cell.source), cell.source[:80]


@lessons
def test_alternative_texts_and_figures_belong_together(source):
    deck = ROOT / "slides" / f"{source.stem}.md"
    used = {
        name
        for path in (source, deck)
        if path.exists()
        for name in NAME.findall(path.read_text(encoding="utf-8"))
    } - set(texts(REASONS))
    alt_texts = texts(alt_text.FOLDER)
    held = {name for name in alt_texts if name.startswith(source.stem[:2])}
    assert used <= set(alt_texts), f"no file in alt_texts/ holds {sorted(used - set(alt_texts))}"
    assert held <= used, f"no figure uses {sorted(held - used)}"


@lessons
def test_a_prediction_is_not_answered_in_the_source(source):
    calls = [
        node
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reveal"
    ]
    assert len(calls) >= 2, "the reader commits to an answer at two places at least"
    used = [getattr(call.args[2], "value", "") if len(call.args) == 3 else "" for call in calls]
    held = [name for name in texts(REASONS) if name.startswith(source.stem[:2])]
    assert not set(texts(REASONS)) & set(texts(alt_text.FOLDER)), "two texts bear one name"
    assert sorted(used) == sorted(held), "why an answer is right stands in checks/reasons, and is named here"
    hidden = [cell for _, cell in collapsed(read(source))]
    for cell in code(read(source)):
        told = "reveal(" in cell.source and "verdict(" in cell.source and cell not in hidden
        assert not told, f"the band gives the answer away: collapse the verdict: {cell.source[:80]!r}"


@lessons
def test_no_cell_is_empty(source):
    assert all(cell.source.strip() for cell in read(source).cells)


@lessons
def test_a_pointer_to_a_lesson_that_is_not_there_says_so(source):
    cells = [cell.source for cell in read(source).cells if cell.cell_type == "markdown"]
    text = pointers.filled("\n".join(cells))
    assert not pointers.dangling(text), "write {notebook NN}, and the build says that it is to come"


@lessons
def test_the_main_line_is_short(source):
    words, lines = main_line.measure(source)
    assert words <= main_line.MAX_WORDS and lines <= main_line.MAX_LINES, (
        f"{words:,} words and {lines} lines of code: shorten, collapse what only draws or counts, or put a "
        'part under a heading that says "Going further"'
    )


def test_what_the_main_line_leaves_out(tmp_path):
    parts = ["%% [markdown]\n# # Title\n#\n# One $x^2$ two.", "%%\nx = 1\n\n# a comment\ny = 2"]
    parts += ['%% tags=["hide-input"]\nplot(x)', "%% [markdown]\n# ## Going further: more\n#\n# Skipped."]
    parts += ["%%\nskipped = 3", "%% [markdown]\n# ### A part of it\n#\n# Skipped too."]
    parts += ["%% [markdown]\n# ## Back\n#\n# Read this."]
    path = tmp_path / "77_toy.py"
    path.write_text("".join(f"# {part}\n\n" for part in parts), encoding="utf-8")
    assert main_line.measure(path) == (1 + 3 + 1 + 2, 2)
