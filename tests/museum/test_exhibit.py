"""An exhibit answers every student in one line, whatever the answer is."""

import pytest
import torch

from course_utils.museum import exhibit, settings_wrong

BROKEN = {"d_steps": 50, "blur": 0.0}


def told(capsys, answer, judged=lambda given: "" if given > 1 else "it is too small"):
    exhibit("A", answer, judged, "a number above 1")
    text = capsys.readouterr().out
    assert text.count("\n") == 1 and text.startswith("exhibit A:")
    return text.removeprefix("exhibit A: ").strip()


@pytest.mark.parametrize("blank", [None, ...])
def test_a_blank_is_not_answered_yet(capsys, blank):
    assert told(capsys, lambda: blank) == "not answered yet"


def test_a_good_answer_and_one_that_is_not_enough(capsys):
    assert told(capsys, lambda: 2) == "mended"
    assert told(capsys, lambda: 1) == "still broken, it is too small"


@pytest.mark.parametrize("odd", [[1, 1], "two", {}, torch.zeros(3), torch.zeros(100, 100), object()])
def test_an_answer_that_cannot_be_used_is_quoted(capsys, odd):
    text = told(capsys, lambda: odd)
    assert text.startswith("still broken, a number above 1 is wanted; you return ")
    assert len(text) < 350


def test_an_answer_that_fails_is_told_so(capsys):
    assert (
        told(capsys, lambda: 1 / 0)
        == "still broken, your function stops with ZeroDivisionError: division by zero"
    )


ODD_SETTINGS = [
    5,
    [1, 1],
    {"d_steps": 2},
    {"d_steps": 2, "blur": 1, "steps": 9},
    {"d_steps": 2, "blur": "1"},
    {"d_steps": 2, "blur": -1},
    {"d_steps": 2.5, "blur": 1},
    {"d_steps": True, "blur": 1},
]


@pytest.mark.parametrize("odd", ODD_SETTINGS)
def test_settings_that_cannot_be_tried(odd):
    assert settings_wrong(odd, BROKEN, d_steps=(1, 50), blur=(0, 10))


def test_settings_that_can_be_tried():
    assert settings_wrong({"d_steps": 5, "blur": 1}, BROKEN, d_steps=(1, 50), blur=(0, 10)) == ""
