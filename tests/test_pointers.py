"""A lesson that is not there yet is said to be to come, and no text forgets that."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import pointers  # noqa: E402


@pytest.fixture
def two_lessons(monkeypatch, tmp_path):
    for name in ("00_start", "13_scores"):
        (tmp_path / f"{name}.py").touch()
    monkeypatch.setattr(pointers, "SOURCE", tmp_path)


def test_a_pointer_says_whether_the_lesson_is_there(two_lessons):
    text = "See {notebook 13}; {Lesson 99} and $\\frac{1}{2}$ are other things."
    assert (
        pointers.filled(text) == "See notebook 13; Lesson 99 (to come) and $\\frac{1}{2}$ are other things."
    )


def test_a_pointer_may_go_over_the_end_of_a_line(two_lessons):
    assert pointers.filled("{notebook\n13}, {lesson\n99}") == "notebook\n13, lesson\n99 (to come)"


def test_a_lesson_named_without_a_pointer_is_found(two_lessons):
    assert pointers.dangling("notebook 13, Notebook 98, lesson 99 (to come), lesson\n97") == ["97", "98"]
