"""Where the five questions stand in a notebook, and that they are none of its main line."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from course_utils.classroom import questions

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import five_questions  # noqa: E402
import main_line  # noqa: E402


@pytest.mark.parametrize("folder", ["", "solutions"])
@pytest.mark.parametrize("name", questions.lessons())
def test_a_notebook_ends_with_its_five_questions(name, folder):
    nb = nbformat.read(ROOT / "notebooks" / folder / f"{name}.ipynb", as_version=4)
    (first,) = [i for i, cell in enumerate(nb.cells) if cell.source.startswith(five_questions.OPENING)]
    shown = [question for question in questions.load(name) if question.shown]
    for cell, question in zip(nb.cells[first + 1 : first + 6], shown, strict=True):
        assert cell.cell_type == "markdown" and question.ask in cell.source
        before, answer = cell.source.split("<details>")
        assert question.reason in answer and question.reason not in before
        assert all(option in before for option in question.options)
    after = nb.cells[first + 6 :]
    assert not after or after[0].source.startswith("## Going further")
    assert "## What to take with you" in "".join(cell.source for cell in nb.cells[first - 2 : first])


@pytest.mark.parametrize("name", questions.lessons())
def test_they_are_in_no_source_so_that_the_main_line_does_not_count_them(name):
    source = (main_line.SOURCE / f"{name}.py").read_text(encoding="utf-8")
    assert "Five questions" not in source
    assert not any(
        "Five questions" in cell.source for cell in main_line.cells(main_line.SOURCE / f"{name}.py")
    )


@pytest.mark.parametrize(
    ("heads", "place"),
    [
        (["# T", "## 1. One", "## Summary"], 6),
        (["# T", "## Summary", "## Going further: papers"], 4),
        (["# T", "## Going further: more", "## Summary"], 6),
        (["# T", "Words\n\n## Going further: in the middle of a cell"], 4),
        (["# T", "## Summary\n\n## Going further: in one cell"], 4),
        (["Words"], 2),
    ],
)
def test_they_stand_behind_the_summary(heads, place):
    cells = [cell for head in heads for cell in (new_markdown_cell(head), new_code_cell("## no heading"))]
    assert five_questions.place(cells) == place


def test_a_lesson_without_a_bank_has_none():
    assert five_questions.texts("77_toy") == []


def test_the_cells_keep_their_names():
    name = questions.lessons()[0]
    pair = [
        json.loads((ROOT / "notebooks" / folder / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        for folder in ("", "solutions")
    ]
    ids = [
        [cell["id"] for cell in cells if "<summary>Answer to question" in "".join(cell["source"])]
        for cells in pair
    ]
    assert ids[0] == ids[1] and len(set(ids[0])) == 5
