"""The table and the pages show what was found, and run nothing of what a student wrote."""

import csv

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
    with open(tmp_path / "g.csv", newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == [
        "submission", "lesson", "points", "of", "problem", "to look at", "x.one", "x.one: feedback", "x.two",
        "x.two: feedback", "y.one", "y.one: feedback",
    ]  # fmt: skip
    assert rows[0] == ["a b.ipynb", "01", "1", "2", "", "Look.", "1", "Right.", "0", EVIL, "", ""]
    assert rows[1][0] == "'=cmd.ipynb" and rows[1][-1] == "'-1 is not `eps`. So it is."
    assert rows[2][4] == "<b>.ipynb is no notebook, or damaged."


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
    paths = write_pages(tmp_path / "pages", same)
    assert [path.name for path in paths] == ["a_b.html", "a_b_2.html", "submission.html"]
    assert all(path.parent == tmp_path / "pages" and path.is_file() for path in paths)
