"""The start page's board: what the file says, once more when it is asked, and a sentence where that fails."""

import json
from pathlib import Path

import pytest
import small_course

from course_utils import _remembered, _solved
from course_utils.widgets import ProgressBoard

ROOT = Path(__file__).resolve().parents[2]
STATES = "application/vnd.jupyter.widget-state+json"
NONE_YET = "No exercise of 9 is solved yet. Each answer that you check adds to this."
LATER = '{"version": 2, "lessons": {}}'


@pytest.fixture
def course(tmp_path, monkeypatch):
    return small_course.begin(tmp_path, monkeypatch)


def solved(board):
    return {name for lesson in board.lessons for name, done in lesson["exercises"] if done}


def test_it_says_what_is_solved_and_what_comes_next(course):
    board = ProgressBoard()
    assert (board.said, solved(board), board.kept) == (NONE_YET, set(), True)
    assert board.coming == {"notebook": "00_start", "exercise": "start.kl"}
    course(start__js="2026-01-02T00:00:00Z", ae__mse=None)
    board = ProgressBoard()
    assert board.lessons[:2] == [
        {
            "notebook": "00_start",
            "title": "The start",
            "exercises": [["start.kl", False], ["start.js", True]],
        },
        {"notebook": "01_codes", "title": "01_codes", "exercises": [["ae.mse", False]]},
    ]
    assert (board.said, len(board.lessons)) == ("1 of 9 exercises solved.", 3)
    assert "2026" not in json.dumps(board.get_state()), "a saved notebook need not say when"


def test_one_goes_on_behind_what_was_solved_last_and_at_the_end_to_what_was_left_out(course):
    first, last = "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"
    left = {f"long__exercise_number_{i}": first for i in range(5)}
    for given, coming in [
        ({"start__js": last, "long__exercise_number_2": first}, ("01_codes", "ae.mse")),
        ({"long__exercise_number_2": last, "start__js": first}, ("03_long", "long.exercise_number_3")),
        ({**left, "long__exercise_number_5": last}, ("00_start", "start.kl")),
        ({"start__kl": first, "start__js": first}, ("01_codes", "ae.mse")),
    ]:
        course(**given)
        assert tuple(ProgressBoard().coming.values()) == coming
    course(**left, start__kl=first, start__js=first, ae__mse=first, long__exercise_number_5=last)
    assert ProgressBoard().coming == {} and ProgressBoard().said == "9 of 9 exercises solved."


def test_it_looks_again_when_the_page_asks_and_tells_that_it_did(course):
    board = ProgressBoard()
    course(start__kl="2026-01-01T00:00:00Z")
    for odd in ({"kind": "other"}, {}, None, [], "look"):
        board._handle_custom_msg(odd, [])
    assert (solved(board), board.looks) == (set(), 0)
    for looks in (1, 2):
        board._handle_custom_msg({"kind": "look"}, [])
        assert (solved(board), board.looks) == ({"start.kl"}, looks)
    course.path.write_text("{")
    board._handle_custom_msg({"kind": "look"}, [])
    assert solved(board) == set() and "is damaged" in board.said and board.looks == 3


@pytest.mark.parametrize(
    "text, words",
    [
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ("\xff", "is damaged"),
        (LATER, "a later version of the course"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_nothing_begun(course, text, words):
    course.path.write_bytes(text.encode("latin-1"))
    board = ProgressBoard()
    assert board.said.startswith("notebooks/progress.json ") and words in board.said
    assert board.said.count(". ") == 0 and board.said.endswith(".") and solved(board) == set()
    assert (len(board.lessons), board.kept) == (3, True)
    assert course.path.read_bytes() == text.encode("latin-1")


def test_a_file_that_is_none_is_one_sentence_too(course):
    course.path.mkdir()
    board = ProgressBoard()
    assert board.said.startswith("notebooks/progress.json cannot be read (") and board.said.endswith(".")
    assert solved(board) == set() and len(board.lessons) == 3


def test_exercises_of_no_lesson_are_named_and_not_counted(course):
    strange = {f"gone__{i}{'x' * 50}": "2026-01-01T00:00:00Z" for i in range(4)}
    course(start__kl="2026-01-01T00:00:00Z", tried__only=None, **strange)
    board = ProgressBoard()
    first, second = board.said.split(". ", 1)
    assert first == "1 of 9 exercises solved"
    assert second.startswith("Solved, but in no lesson of this version: gone.0xxx") and len(second) < 200
    assert second.endswith(" and 1 more.") and "tried" not in second and solved(board) == {"start.kl"}


@pytest.mark.parametrize("name, value", [("COURSE_REMEMBER", "off"), ("CI", "1"), ("COURSE_PRESET", "smoke")])
def test_where_nothing_is_remembered_it_says_so_and_shows_nobodys_progress(course, monkeypatch, name, value):
    course(start__js="2026-01-01T00:00:00Z")
    monkeypatch.setenv(name, value)
    board = ProgressBoard()
    assert board.said.startswith("Nothing is remembered here") and not board.kept and solved(board) == set()
    first = board._repr_mimebundle_()[0]
    course(start__kl="2026-01-01T00:00:00Z")
    again = ProgressBoard()._repr_mimebundle_()[0]
    assert {**first, "application/vnd.jupyter.widget-view+json": 0} == {
        **again, "application/vnd.jupyter.widget-view+json": 0,
    }  # fmt: skip


def test_without_lessons_it_is_an_empty_board_with_a_sentence(course, monkeypatch, tmp_path):
    monkeypatch.setattr(_remembered, "NOTEBOOKS", tmp_path / "none")
    board = ProgressBoard()
    assert "holds no lessons" in board.said and (board.lessons, board.coming) == ([], {})
    assert board._repr_mimebundle_()[0]["image/png"]


def test_the_page_of_lesson_00_shows_todays_exercises_and_nobodys_progress():
    path = ROOT / "notebooks" / "solutions" / "00_start_here.ipynb"
    models = json.loads(path.read_text(encoding="utf-8"))["metadata"]["widgets"][STATES]["state"].values()
    (state,) = [
        model["state"] for model in models if "ProgressBoard" in str(model["state"].get("_anywidget_id"))
    ]
    asked = {lesson.notebook: list(lesson.exercises) for lesson in _solved.lessons({})}
    stored = {lesson["notebook"]: [name for name, _ in lesson["exercises"]] for lesson in state["lessons"]}
    assert stored == asked, "another exercise since: run `python tools/notebooks.py 00_start_here`"
    assert not any(done for lesson in state["lessons"] for _, done in lesson["exercises"])
    assert state["looks"] == 0 and not state["kept"]


def test_what_the_page_says_of_a_lesson_and_of_a_second_look(node):
    def say(code, **values):
        return node("progress/words.js", code, **values)

    lesson = {"notebook": "04_the_game", "title": "The game", "exercises": [["a", True], ["b", False]]}
    assert say("m.nameOf(input.lesson)", lesson=lesson) == "04 The game"
    assert say("m.countOf(input.lesson)", lesson=lesson)["text"] == "1 of 2"
    done = {**lesson, "exercises": [["a", True], ["b", True]]}
    assert say("m.countOf(input.lesson)", lesson=done)["text"] == "2 of 2 ✓"
    assert say("m.solvedIn(input.lessons)", lessons=[lesson, done]) == 3
    changes = "[[1, 3], [3, 3], [3, 1]].map(([before, after]) => m.changeSaid(before, after))"
    assert say(changes) == ["2 more solved.", "Nothing new.", "2 fewer than before."]


def test_a_link_leads_beside_the_page_whatever_the_name_is(node):
    def address(notebook, pathname):
        code = "new URL(m.addressOf(input.notebook, input.pathname), 'http://x' + input.pathname).href"
        return node("progress/links.js", code, notebook=notebook, pathname=pathname)

    lab, page = "/lab/tree/00_start_here.ipynb", "/site/pages/00_start_here.html"
    assert address("01_codes", lab) == "http://x/lab/tree/01_codes.ipynb"
    assert address("01_codes", page) == "http://x/site/pages/01_codes.html"
    for hostile in ("javascript:alert(1)", "//elsewhere/x", "https://elsewhere/x", "../../x"):
        assert address(hostile, lab).startswith("http://x/lab/tree/")
