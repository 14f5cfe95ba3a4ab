"""What the tests of the checks share: a verdict as text, a patient time limit, an exercise of their own."""

import io

import pytest

from course_utils.checks import check
from course_utils.checks.engine import judge as judging
from course_utils.checks.engine import kept as keeping
from course_utils.checks.engine import process, registry, run
from course_utils.checks.engine.judge import judge

GOING_ON = "The notebook goes on with the reference"


# A notebook keeps what it knows of the last two; here a dozen tests come back to each of all exercises.
keeping._EXERCISES = 400


@pytest.fixture
def verdict(capsys, monkeypatch):
    """verdict(name, function) -> (what check printed, what it returned), however busy the machine is.

    Judged in this process, which takes half the time: that the other one says the same has its own tests.
    """
    monkeypatch.setattr(process, "possible", lambda: False)
    monkeypatch.setattr(run, "TIME_LIMIT", 60.0)
    monkeypatch.setattr(judging, "_SLOW", 60.0)

    def ask(name, function):
        capsys.readouterr()
        returned = check(name, function)
        return capsys.readouterr().out, returned

    return ask


@pytest.fixture
def told(monkeypatch):
    """told(function, **parts) -> (kind, text) of the verdict in an exercise made of those parts alone."""

    def ask(function, **parts):
        monkeypatch.setattr(registry, "_EXERCISES", {})
        registry.exercise("new.one", **{"mistakes": [], "hints": [], **parts})
        verdict = judge(registry._EXERCISES["new.one"], function, io.StringIO())
        return verdict.kind, verdict.text

    return ask
