"""What the tests of the checks share: a verdict as text, and a short time limit."""

import pytest

from course_utils.checks import _run, check

GOING_ON = "The notebook goes on with the reference"


@pytest.fixture
def verdict(capsys, monkeypatch):
    """verdict(name, function) -> (what check printed, what it returned); endless loops end after 0.3 s."""
    monkeypatch.setattr(_run, "TIME_LIMIT", 0.3)

    def ask(name, function):
        capsys.readouterr()
        returned = check(name, function)
        return capsys.readouterr().out, returned

    return ask
