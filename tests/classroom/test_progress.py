"""The table of what is solved: every exercise of the course once, under its own notebook, in its order."""

import json
from pathlib import Path

import pytest
import small_course

from course_utils import _remembered
from course_utils.checks.engine import registry
from course_utils.classroom import progress

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path, monkeypatch):
    return small_course.begin(tmp_path, monkeypatch)


def test_each_exercise_of_the_course_is_in_one_lesson():
    found = progress.lessons()
    contents = json.loads((ROOT / "notebooks" / "contents.json").read_text(encoding="utf-8"))
    assert {lesson.notebook: lesson.title for lesson in found} == {
        name: entry["title"] for name, entry in contents.items()
    }
    named = [name for lesson in found for name in [*lesson.solved, *lesson.left]]
    assert sorted(named) == sorted(registry.names())
    for lesson in found:
        assert (ROOT / "notebooks" / f"{lesson.notebook}.ipynb").exists()
        for name in [*lesson.solved, *lesson.left]:
            assert f".l{lesson.notebook[:2]}_" in registry.find(name).module


def test_what_is_solved_is_told_from_what_was_tried(course):
    course(start__js="2026-01-01T00:00:00Z", ae__mse=None, gone__since="2026-01-01T00:00:00Z")
    assert [(lesson.notebook, lesson.solved, lesson.left) for lesson in progress.lessons()] == [
        ("00_start", ["start.js"], ["start.kl"]),
        ("01_codes", [], ["ae.mse"]),
        ("03_long", [], [f"long.exercise_number_{i}" for i in range(6)]),
    ]
    assert progress.table().splitlines() == [
        "1 of 9 exercises solved.",
        "",
        "notebook  solved    left",
        "00_start  1 of 2    start.kl",
        "01_codes  0 of 1    all",
        "03_long   0 of 6    all",
    ]


def test_long_rows_stay_in_their_column(course):
    course(long__exercise_number_3="2026-01-01T00:00:00Z", ae__mse="2026-01-01T00:00:00Z")
    lines = progress.table(20).splitlines()  # as wide as it takes, all the same
    assert max(map(len, lines)) <= 60 and "01_codes  1 of 1    none" in lines
    row = lines.index("03_long   1 of 6    long.exercise_number_0,")
    assert lines[row + 1 :] == [f"{'':20}long.exercise_number_{i}{',' * (i < 5)}" for i in (1, 2, 4, 5)]


def test_short_names_stay_in_their_column_too(course):
    for path in (course.path.parent / "source").glob("0[0-2]*.py"):
        path.unlink()
    (course.path.parent / "source" / "03_long.py").rename(course.path.parent / "source" / "03_a.py")
    _, _, head, row = progress.table().splitlines()
    assert head.index("solved") == row.index("0 of 6") and head.index("left") == row.index("all")


def test_nothing_solved_yet(course):
    said = "No exercise of 9 is solved yet. Each answer that you check adds to this."
    assert progress.table().splitlines()[0] == said and progress.reset() == progress.EMPTY


@pytest.mark.parametrize("name, value", [("COURSE_REMEMBER", "off"), ("CI", "1"), ("COURSE_PRESET", "smoke")])
def test_a_notebook_that_is_built_shows_nobodys_progress(course, monkeypatch, name, value):
    course(start__js="2026-01-01T00:00:00Z")
    before = course.path.read_bytes()
    monkeypatch.setenv(name, value)
    assert progress.table().startswith("No exercise of 9 is solved yet.")
    assert course.path.read_bytes() == before


@pytest.mark.parametrize("answer", ["", "n", "no", "yess", "reset"])
def test_it_stays_unless_the_answer_is_yes(course, answer):
    course(start__js="2026-01-01T00:00:00Z")
    before = course.path.read_bytes()
    asked = []
    assert progress.reset(lambda question: asked.append(question) or answer) == "Nothing was changed."
    assert len(asked) == 1 and course.path.read_bytes() == before


@pytest.mark.parametrize("text", [None, "{"])
def test_a_yes_sets_it_aside(course, text):
    course(start__js="2026-01-01T00:00:00Z")
    if text:
        course.path.write_text(text)
    before = course.path.read_bytes()
    assert progress.reset(lambda question: " Y ").endswith("kept as notebooks/my/progress_1.json.")
    assert (course.path.parent / "my" / "progress_1.json").read_bytes() == before
    assert not course.path.exists() and progress.table().startswith("No exercise of 9")


@pytest.mark.parametrize("text, words", [("{", "is damaged"), ('{"version": 2}', "later version of the")])
def test_what_cannot_be_read_is_said_in_one_sentence(course, text, words):
    course.path.write_text(text)
    with pytest.raises(ValueError, match=f"^notebooks/progress.json .*{words}") as raised:
        progress.table()
    assert "\n" not in str(raised.value) and course.path.read_text() == text


def test_a_folder_in_its_place_is_said_and_set_aside(course):
    course.path.mkdir()
    with pytest.raises(
        ValueError, match=r"^notebooks/progress.json cannot be read \(.*--reset` sets it aside"
    ):
        progress.table()
    (course.path.parent / "my").touch()
    with pytest.raises(
        OSError, match=r"^notebooks/progress.json cannot be moved to notebooks/my \(File exists"
    ):
        progress.reset(lambda question: "y")
    (course.path.parent / "my").unlink()
    assert "progress_1.json" in progress.reset(lambda question: "y")
    assert progress.table().startswith("No exercise of 9")


def test_a_course_without_notebooks(tmp_path, monkeypatch):
    monkeypatch.setattr(_remembered, "NOTEBOOKS", tmp_path)
    with pytest.raises(ValueError, match="holds no lessons"):
        progress.table()
