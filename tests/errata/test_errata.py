"""Every line of the errata has a test in its lesson's file here, and the committed page is up to date."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from course_utils import errata
from course_utils.notation import LECTURES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import errata_page  # noqa: E402

CONTENTS = json.loads((ROOT / "notebooks" / "contents.json").read_text(encoding="utf-8"))


def functions(path):
    """The names of a file's test functions."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if getattr(node, "name", "").startswith("test_")]


@pytest.mark.parametrize("lesson", errata.BY_LESSON)
def test_every_line_has_its_test_and_every_test_its_line(lesson):
    path = ROOT / errata_page.TESTS.format(lesson)
    assert path.exists(), f"course_utils/errata/l{lesson}.py has lines, and {path.name} is not there"
    named, there = {erratum.test for erratum in errata.BY_LESSON[lesson]}, set(functions(path))
    assert named <= there, f"errata of {lesson} name tests that {path.name} lacks: {sorted(named - there)}"
    assert there <= named, f"no line of l{lesson}.py names these tests: {sorted(there - named)}"


def test_lines_come_by_lesson_and_name_known_lectures():
    assert {erratum.lecture for erratum in errata.ERRATA} <= set(LECTURES)
    assert [erratum.lesson for erratum in errata.ERRATA] == sorted(e.lesson for e in errata.ERRATA)


@pytest.mark.parametrize("lesson", errata.BY_LESSON)
def test_a_lessons_table_has_its_lines_alone_and_no_cell_is_split_by_a_bar(lesson):
    rows = errata.errata_table(lesson[:2]).splitlines()[2:]
    assert len(rows) == len(errata.BY_LESSON[lesson])
    assert {row.count("|") for row in rows} == {4}


def test_a_file_that_is_there_is_found(tmp_path, monkeypatch):
    package = tmp_path / "some_errata"
    package.mkdir()
    for lesson, printed in (("09_two", "second"), ("08_one", "first")):
        line = f'Erratum("A", "{printed}", "another", test="test_it")'
        text = f"from course_utils.errata import Erratum\nLINES = [{line}]\n"
        (package / f"l{lesson}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = errata.found("some_errata", [str(package)])
    assert [(name, lines[0].lesson, lines[0].printed) for name, lines in found.items()] == [
        ("08_one", "08", "first"),
        ("09_two", "09", "second"),
    ]


@pytest.fixture(scope="module")
def page():
    return errata_page.page(CONTENTS)


class TestPage:
    def test_the_committed_one_is_up_to_date(self, page):
        stored = errata_page.PAGE.read_text(encoding="utf-8")
        assert stored == page, "docs/errata.md is old: run `.venv/bin/python tools/errata_page.py`"

    def test_it_goes_by_lecture_and_then_by_lesson(self, page):
        places = [page.index(f"## {letter}: {title}") for letter, title in LECTURES.items()]
        assert places == sorted(places)
        for start, end in zip(places, [*places[1:], len(page)], strict=True):
            lessons = re.findall(r"/notebooks/(\d\d)", page[start:end])
            assert lessons and lessons == sorted(lessons)

    def test_its_rows_are_all_the_lines_and_its_links_lead_somewhere(self, page):
        rows = [row for row in page.splitlines() if "/notebooks/" in row]
        assert len(rows) == len(errata.ERRATA) and {row.count("|") for row in rows} == {5}
        for link in re.findall(r"\]\(([^)]+)\)", page):
            assert (errata_page.PAGE.parent / link).exists(), link

    def test_a_file_with_the_name_of_no_lesson_is_named(self):
        with pytest.raises(ValueError, match=r"errata/l00_start_here\.py must have the name of a lesson"):
            errata_page.page({})
