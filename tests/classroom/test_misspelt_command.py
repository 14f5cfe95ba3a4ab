"""A command that is none gets one sentence, with the nearest one."""

import pytest

from course_utils.__main__ import main


@pytest.mark.parametrize(
    ("said", "meant"), [("upadte", "update"), ("Grade", "grade"), ("question", "questions")]
)
def test_the_nearest_command_is_named(said, meant, capsys):
    assert main([said, "--out", "x"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("COMMAND must be one of doctor, ") and error.count("\n") == 1
    assert error.endswith(f"got {said!r}. Did you mean {meant}?\n")


def test_what_is_like_none_gets_no_guess(capsys):
    assert main(["xyz"]) == 2
    assert capsys.readouterr().err.endswith("got 'xyz'.\n")
