"""reveal: deterministic sentences for every kind of guess, and no error for any of them."""

import math

import numpy as np
import pytest
import torch

from course_utils.checks import reveal


@pytest.mark.parametrize(
    "guess, answer, said",
    [
        (..., "b", "You did not guess. The answer is b: because."),
        (None, "b", "You did not guess. The answer is b: because."),
        ("  ", "b", "You did not guess. The answer is b: because."),
        ("a", "b", "You said a; it is b: because."),
        (7, "b", "You said 7; it is b: because."),
        ("b", "b", "You said b, and it is: because."),
        (" B) ", "b", "You said b, and it is: because."),
        (True, False, "You said True; it is False: because."),
        ("true", True, "You said True, and it is: because."),
        (..., ["3", "5", "8"], "You did not guess. The answer is 3, 5 or 8: because."),
        ("9", ["3", "5", "8"], "You said 9; it is 3, 5 or 8: because."),
        (5, ["3", "5", "8"], "You said 5, and it is one of 3, 5 and 8: because."),
        ("3", ["3"], "You said 3, and it is: because."),
        (..., 784, "You did not guess. The answer is 784: because."),
        (784, 784, "You said 784, and it is: because."),
        (0.6931, math.log(2), "You said 0.693, and it is: because."),
        (0.7, math.log(2), "You said 0.7, which is near enough; it is 0.693: because."),
        ("0,7", math.log(2), "You said 0.7, which is near enough; it is 0.693: because."),
        (0.5, torch.tensor(0.6931), "You said 0.5; it is 0.693: because."),
        (torch.tensor(0.5), np.float32(0.6931), "You said 0.5; it is 0.693: because."),
        ("many", 784, "You said many; it is 784: because."),
        (1e9, math.inf, "You said 1e+09; it is inf: because."),
        (math.inf, math.inf, "You said inf, and it is: because."),
        (math.inf, 2, "You said inf; it is 2: because."),
        (math.nan, 2, "You said nan; it is 2: because."),
        (0.05, 0, "You said 0.05, which is near enough; it is 0: because."),
        (0.2, 0, "You said 0.2; it is 0: because."),
        (True, 1, "You said True; it is 1: because."),
    ],
)
def test_a_guess_stands_beside_the_answer(capsys, guess, answer, said):
    assert reveal(guess, answer, "because.") is None
    assert capsys.readouterr().out == f"{said}\n"


def test_no_reason_ends_in_a_full_stop(capsys):
    reveal("a", "b")
    assert capsys.readouterr().out == "You said a; it is b.\n"


def test_a_reason_is_found_by_its_name(capsys, monkeypatch, tmp_path):
    (tmp_path / "77_toy.toml").write_text("far = '''\n{many} steps\nlead away.\n'''\n", encoding="utf-8")
    monkeypatch.setattr("course_utils.checks.engine.reveal.REASONS", tmp_path)
    reveal("a", "b", "77.far", many=20)
    assert capsys.readouterr().out == "You said a; it is b: 20 steps lead away.\n"
    with pytest.raises(ValueError, match="Did you mean '77.far'"):
        reveal("a", "b", "77.fur")


def test_within_is_relative_and_the_unit_follows_the_number(capsys):
    reveal(110, 100, within=0.1, unit="nats")
    reveal(111, 100, within=0.1, unit="nats")
    assert capsys.readouterr().out == (
        "You said 110 nats, which is near enough; it is 100 nats.\nYou said 111 nats; it is 100 nats.\n"
    )


@pytest.mark.parametrize(
    "answer, error, said",
    [
        (object(), TypeError, "answer must be a string, a bool, a number or a list of strings; got object."),
        (math.nan, ValueError, "answer must be a number; got nan."),
        ([], ValueError, "answer must name at least one right answer; got an empty list."),
    ],
)
def test_an_answer_that_is_none_is_the_teachers_error(capsys, answer, error, said):
    with pytest.raises(error) as caught:
        reveal("a", answer)
    assert str(caught.value) == said
    assert capsys.readouterr().out == ""


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="within must be a finite number at least 0; got -1"):
        reveal(1, 2, within=-1)
