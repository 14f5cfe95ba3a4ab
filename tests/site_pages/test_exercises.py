"""Exercise sheets hold what a lesson asks, and no more."""

import re

import index
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell
from standalone import exercises

LESSONS, _ = index.listings()


def test_a_blank_comes_with_the_words_before_it_and_its_section_once():
    cells = [
        new_markdown_cell("words\n\n## 1. One\n\nAn equation. **Exercise 1.** Write it."),
        new_code_cell("def f(x):\n    ...  # your code here"),
        new_code_cell('f = check("a.f", f)'),
        new_markdown_cell("Other words."),
        new_code_cell("print(f(1))"),
        new_markdown_cell("**Predict.** More or less?"),
        new_code_cell("guess = ...  # your guess, in quotes"),
        new_markdown_cell("## 2. Two"),
        new_code_cell("1 + 1"),
        new_markdown_cell("**Exercise 2.** Again."),
        new_code_cell("def g(x):\n    ...  # your code here"),
    ]
    assert [cell.source for cell in exercises.asked(cells)] == [
        "## 1. One\n\nAn equation. **Exercise 1.** Write it.",
        "def f(x):\n    ...  # your code here",
        "**Predict.** More or less?",
        "guess = ...  # your guess, in quotes",
        "## 2. Two",
        "**Exercise 2.** Again.",
        "def g(x):\n    ...  # your code here",
    ]
    assert cells[0].source.startswith("words"), "the notebook itself is not changed"


def test_what_became_of_one_exhibit_does_not_stand_above_the_next():
    blank = "def mended():\n    ...  # your code here"
    cells = [
        new_markdown_cell("## 8. Museum\n\nTwo failures.\n\n**Exhibit A.** Mend it."),
        new_code_cell(blank),
        new_markdown_cell("The answer to A.\n\n**Exhibit B.** Mend it, too."),
        new_code_cell(blank),
    ]
    words = [cell.source for cell in exercises.asked(cells) if cell.cell_type == "markdown"]
    assert words == [cells[0].source, "**Exhibit B.** Mend it, too."]


def test_an_exhibit_stands_above_what_mends_it_however_much_is_shown_between():
    cells = [
        new_markdown_cell("The last result.\n\n**Exhibit A.** It fails."),
        new_code_cell("fail()"),
        new_markdown_cell("Mend it."),
        new_code_cell("def mended():\n    ...  # your code here"),
        new_markdown_cell("**Exhibit B.** Only to look at."),
        new_markdown_cell("## 9. After it"),
        new_markdown_cell("**Predict.** More?"),
        new_code_cell("guess = ...  # your guess, in quotes"),
    ]
    words = [cell.source for cell in exercises.asked(cells) if cell.cell_type == "markdown"]
    assert words == ["**Exhibit A.** It fails.", "Mend it.", "## 9. After it", "**Predict.** More?"]


def test_what_judges_an_answer_is_left_out_of_the_cell_that_asks_for_it():
    blank = "broken = 80\n\n\ndef mended():\n    ...  # your code here\n    return it"
    judge = '\n\n\ndef judged(it):\n    return "" if it < 9 else "too many"\n\n\nexhibit("A", mended)'
    cells = [new_code_cell(blank + judge), new_code_cell(blank + "\n\n\nprint(mended())")]
    assert [cell.source for cell in exercises.asked(cells)] == [blank, cells[1].source]
    assert cells[0].source.endswith(judge), "the notebook itself is not changed"
    odd = new_code_cell("%time f()\ndef f():\n    ...  # your code here\nexhibit(f)")
    assert exercises.asked([odd]) == [odd], "what only IPython reads stays as it is"


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_no_sheet_shows_how_an_answer_is_judged(name):
    path = exercises.sections.ROOT / "notebooks" / f"{name}.ipynb"
    code = [
        c.source for c in exercises.asked(nbformat.read(path, as_version=4).cells) if c.cell_type == "code"
    ]
    assert not [cell for cell in code if re.search(r"\b(verdict|exhibit|reveal)\(|def judged", cell)]


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_what_a_sheet_wants_mended_is_told_above(name):
    path = exercises.sections.ROOT / "notebooks" / f"{name}.ipynb"
    exhibit = None
    for cell in exercises.asked(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "markdown":
            told = exercises.EXHIBIT.search(cell.source)
            exhibit = told or (None if exercises.HEADING.search(cell.source) else exhibit)
        elif "def mended" in cell.source:
            assert exhibit, f"{cell.source.splitlines()[0]} stands alone"
            exhibit = None


@pytest.mark.parametrize("name", sorted(LESSONS))
def test_every_exercise_of_a_lesson_is_on_its_sheet(name):
    path = exercises.sections.ROOT / "notebooks" / f"{name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    sheet = "\n".join(cell.source for cell in exercises.asked(cells))
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    words = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert sheet.count("your code here") == code.count("your code here") >= 1
    assert sheet.count("# your guess") == code.count("# your guess")
    numbers = set(re.findall(r"\*\*Exercise (\d+)\.", words))
    assert set(re.findall(r"\*\*Exercise (\d+)\.", sheet)) == numbers


def test_a_sheet_is_a_page_without_outputs_and_prompts():
    html = exercises.build("04_the_minimax_game", "The minimax game", {"../index.html": "All lessons"})
    page = BeautifulSoup(html, "html.parser")
    assert page.title.get_text() == "04 The minimax game: exercises"
    assert "sheet" in page.main["class"] and not page.select(".output_area, .live, [src^=http]")
    assert [link["href"] for link in page.select("header a")] == ["../index.html"]
    assert "point into the notebook" in page.main.p.get_text(), "it has no figures of its own"
    assert "softplus(-real)" not in page.get_text(), "an answer"
