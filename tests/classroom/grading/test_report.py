"""The table and the pages show what was found, and run nothing of what a student wrote."""

import csv

import pytest

from course_utils.classroom.grading.grade import Graded
from course_utils.classroom.grading.judge import Result
from course_utils.classroom.grading.report import page, write_pages, write_table

EVIL = '<script>alert(1)</script> & "x" =1+1'
GRADED = [
    Graded(
        "a b.ipynb", "01", {"x.one": Result("right", "Right."), "x.two": Result("wrong", EVIL)}, "", ["Look."]
    ),
    Graded("=cmd.ipynb", "02", {"y.one": Result("word", "-1 is not `eps`.\nSo it is.")}, "", []),
    Graded("<b>.ipynb", "", {}, "<b>.ipynb is no notebook, or damaged.", []),
]


def test_the_table_has_a_line_a_submission_and_two_columns_an_exercise(tmp_path):
    write_table(tmp_path / "g.csv", GRADED)
    with open(tmp_path / "g.csv", newline="", encoding="utf-8-sig") as file:
        head, *rows = csv.reader(file)
    assert head == [
        "submission", "lesson", "points", "of", "problem", "to look at", "x.one", "x.one: feedback", "x.two",
        "x.two: feedback", "y.one", "y.one: feedback",
    ]  # fmt: skip
    assert rows[0] == ["a b.ipynb", "01", "1", "2", "", "Look.", "1", "Right.", "0", EVIL, "", ""]
    assert rows[1][0] == "'=cmd.ipynb" and rows[1][-1] == "'-1 is not `eps`. So it is."
    assert rows[2][4] == "<b>.ipynb is no notebook, or damaged."
    assert (tmp_path / "g.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "or Excel takes ü for two letters"


def test_a_page_is_escaped_and_says_what_was_right():
    text = page(GRADED[0])
    assert "<script" not in text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in text
    assert "<strong>1 of 2 points.</strong>" in text
    assert '<th scope="row">x.one</th><td>✓ 1 of 1</td><td>Right.</td>' in text
    assert "<b>" not in page(GRADED[2])
    assert 'lang="en"' in text and "<caption>" in text and 'scope="col"' in text


def test_every_submission_has_a_page_of_its_own(tmp_path):
    same = [
        one._replace(name=name) for one, name in zip(GRADED, ("a b.ipynb", "a/b.ipynb", "../.."), strict=True)
    ]
    paths, _ = write_pages(tmp_path / "pages", same)
    assert [path.name for path in paths] == ["a_b.html", "a_b_2.html", "submission.html"]
    assert all(path.parent == tmp_path / "pages" and path.is_file() for path in paths)


@pytest.mark.parametrize("name", [" =1", "\n=1", "\t=1", "\uff1d1", "\uff0b1", "+1", "-1", "@a"])
def test_no_cell_is_taken_for_a_formula(tmp_path, name):
    write_table(tmp_path / "g.csv", [Graded(name, "", {}, name, [name])])
    with open(tmp_path / "g.csv", newline="", encoding="utf-8-sig") as file:
        _, row = csv.reader(file)
    assert all(row[place].startswith("'") for place in (0, 4, 5))


def test_a_name_or_an_answer_with_half_a_character_stops_nothing(tmp_path):
    """As a file's name that is no UTF-8, or what an answer raises."""
    odd = [
        Graded("bad\udcff.ipynb", "01", {"x.one": Result("wrong", "It raised \ud800.")}, "", []),
        Graded("good.ipynb", "01", {"x.one": Result("right", "Right.")}, "", []),
    ]
    write_table(tmp_path / "g.csv", odd)
    paths, _ = write_pages(tmp_path, odd)
    assert [path.name for path in paths] == ["bad.html", "good.html"]
    assert "It raised ?." in paths[0].read_text(encoding="utf-8")
    assert len((tmp_path / "g.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_pages_are_named_as_students_are_and_no_name_is_too_long(tmp_path):
    names = ["Zoë Łukasz.ipynb", "李.ipynb", "王.ipynb", f"{'n' * 250}/{'ä' * 120}.ipynb"]
    paths, _ = write_pages(tmp_path, [Graded(name, "", {}, "", []) for name in names * 2])
    assert [path.stem for path in paths[:3]] == ["Zoë_Łukasz", "李", "王"]
    assert paths[3].stem == "ä" * 100 and all(path.is_file() for path in paths)


def test_a_table_with_other_content_is_set_aside_and_the_same_one_is_not(tmp_path):
    path = tmp_path / "g.csv"
    assert write_table(path, GRADED) is write_table(path, GRADED) is None
    corrected = path.read_text(encoding="utf-8-sig").replace(",", ";")  # as some spreadsheets save it
    path.write_text(corrected, encoding="utf-8-sig")
    assert write_table(path, GRADED) == tmp_path / "g_1.csv"
    assert (tmp_path / "g_1.csv").read_text(encoding="utf-8-sig") == corrected


def test_a_page_that_was_changed_by_hand_is_set_aside_and_one_of_ours_is_not(tmp_path):
    first, second = write_pages(tmp_path, GRADED[:2])[0]
    corrected = first.read_text(encoding="utf-8").replace("1 of 2 points", "2 of 2 points")
    first.write_text(corrected, encoding="utf-8")
    better = [one._replace(results={"x.one": Result("right", "Right.")}) for one in GRADED[:2]]
    (kept,) = write_pages(tmp_path, better)[1]
    assert kept == tmp_path / "before" / "a_b_1.html" and kept.read_text(encoding="utf-8") == corrected
    assert "<strong>1 of 1 points.</strong>" in second.read_text(encoding="utf-8")
    assert write_pages(tmp_path, better)[1] == []
