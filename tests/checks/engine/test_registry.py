"""The registry: an exercise is a call in a file of its own, and is found by looking."""

import itertools
import re
import subprocess
import sys

import pytest
import torch

from course_utils.checks.engine import registry
from course_utils.checks.engine.registry import Mistake, exercise, find, import_lessons, names

CALL = """from course_utils.checks.engine.registry import exercise

exercise("new.{}", reference=lambda x: x, inputs={{}}, mistakes=[], hints=[])
"""
_PACKAGES = (f"new_lessons_{number}" for number in itertools.count())


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """imported({"l20_new/double.py": text, ...}): the names that a folder of such lessons registers."""
    monkeypatch.setattr(registry, "_EXERCISES", {})
    monkeypatch.syspath_prepend(tmp_path)
    package = next(_PACKAGES)  # a name of its own: Python imports each only once

    def look(files):
        for place, text in files.items():
            path = tmp_path / package / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        import_lessons(tmp_path / package, package)
        return list(registry._EXERCISES)

    return look


def test_every_exercise_is_found_under_its_name():
    assert names()
    for name in names():
        assert find(name).name == name
        assert find(name).module.startswith("course_utils.checks.lessons.l")
        assert find(name).module.endswith(f".{name.rpartition('.')[2]}")


def test_a_name_is_registered_once():
    find("start.kl")
    with pytest.raises(ValueError, match="registered already"):
        exercise("start.kl", reference=lambda p, q: p, inputs={}, mistakes=[], hints=[])


def test_the_lessons_are_imported_when_one_exercise_is_asked_for():
    code = (
        "import sys\n"
        "from course_utils.checks import check, hint, reveal\n"
        "assert not [m for m in sys.modules if m.startswith('course_utils.checks.lessons')]\n"
        "check('start.kl', ...)\n"
        "print('course_utils.checks.lessons.l00_start_here.kl' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"


def test_a_new_exercise_is_one_file(imported):
    files = {"l20_new/double.py": CALL.format("double"), "l20_new/_halves.py": "HALF = 1 / 2\n"}
    assert imported(files) == ["new.double"]


def test_an_exercise_may_use_the_answer_of_another(imported):
    half = CALL.format("half") + "def half(x):\n    return x / 2\n"
    quarter = f"from ..l20_new.half import half\n{CALL.format('a_quarter')}"
    assert imported({"l20_new/half.py": half, "l20_new/a_quarter.py": quarter}) == [
        "new.half",
        "new.a_quarter",
    ]


@pytest.mark.parametrize(
    "text, found",
    [
        ("", "none"),
        (CALL.format("triple"), "new.triple"),
        (CALL.format("double") + CALL.format("triple"), "new.double and new.triple"),
    ],
)
def test_a_file_that_is_not_its_exercise_is_refused(imported, text, found):
    said = (
        "l20_new/double.py must register one exercise, with a name that ends in .double; "
        f"it registers {found}."
    )
    with pytest.raises(ValueError, match=re.escape(said)):
        imported({"l20_new/double.py": text})


def test_a_new_exercise_is_judged_like_all_others(verdict, monkeypatch):
    names()
    monkeypatch.setattr(registry, "_EXERCISES", dict(registry._EXERCISES))
    exercise(
        "new.double",
        reference=lambda x: 2 * x,
        inputs={"3 numbers": lambda rng: (torch.randn(3, generator=rng),)},
        mistakes=[Mistake(lambda x: x**2, "This is the square.")],
        hints=["Twice."],
    )
    wrong = "new.double: not yet. "
    assert verdict("new.double", lambda x: x + x)[0] == "new.double: right.\n"
    assert verdict("new.double", lambda x: x * x)[0].startswith(f"{wrong}This is the square.")
    text = verdict("new.double", lambda x: 3 * x)[0]
    assert text.startswith(f"{wrong}Your values are always 1.5 times the expected ones.")
