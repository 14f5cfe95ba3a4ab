"""What `check` remembers: answers, right and wrong ones; no blank, and not what it handed back itself."""

import json

import pytest

from course_utils import _remembered
from course_utils.checks.engine.registry import find


@pytest.fixture
def remembered(tmp_path, monkeypatch):
    """remembered() -> {exercise: (attempts, whether it is solved)}"""
    monkeypatch.setattr(_remembered, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("COURSE_REMEMBER", "on")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("COURSE_PRESET", raising=False)
    path = tmp_path / "notebooks" / "progress.json"

    def ask():
        known = json.loads(path.read_text())["exercises"] if path.exists() else {}
        return {name: (one["attempts"], one["solved"] is not None) for name, one in known.items()}

    ask.path = path
    return ask


def wrong(n, k, s, p):
    return 7


def right(n, k, s, p):
    return find("ae.conv_out").reference(n, k, s, p)


def blank(n, k, s, p): ...


def test_answers_are_remembered_and_blanks_are_not(verdict, remembered):
    for function in (..., blank, find("ae.conv_out").reference):
        verdict("ae.conv_out", function)
        assert remembered() == {}
    _, returned = verdict("ae.conv_out", wrong)
    assert remembered() == {"ae.conv_out": (1, False)}
    verdict("ae.conv_out", returned)  # the reference, in the place of the wrong answer
    assert remembered() == {"ae.conv_out": (1, False)}
    for _ in range(2):
        verdict("ae.conv_out", right)
        assert remembered() == {"ae.conv_out": (2, True)}


def test_a_right_answer_with_a_word_is_solved(verdict, remembered):
    said, _ = verdict("ae.l1_penalty", lambda z: find("ae.l1_penalty").reference(z).float())
    assert "right, with a word" in said and remembered() == {"ae.l1_penalty": (1, True)}


def test_a_check_says_that_the_file_was_damaged_and_nothing_else(verdict, remembered):
    remembered.path.write_text("{")
    said, _ = verdict("ae.conv_out", right)
    first, second, _ = said.split("\n")
    assert first == "ae.conv_out: right." and second.startswith(
        "A word on your progress: notebooks/progress.json"
    )
    assert verdict("ae.conv_out", right)[0] == "ae.conv_out: right.\n"
    assert [path.name for path in (remembered.path.parent / "my").iterdir()] == ["progress_1.json"]
