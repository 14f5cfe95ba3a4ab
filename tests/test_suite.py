"""What runs the suite: which tests a change touches, what a lesson costs, whether a commit stands alone."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import commits  # noqa: E402
import costs  # noqa: E402
import touched  # noqa: E402


@pytest.mark.parametrize(
    ("path", "run"),
    [
        ("course_utils/gan/tricks.py", ["tests/gan/test_tricks.py"]),
        ("course_utils/gan/losses.py", ["tests/gan"]),
        ("course_utils/exact.py", ["tests/test_exact.py"]),
        ("tests/gan/test_tricks.py", ["tests/gan/test_tricks.py"]),
        ("tools/notebooks.py", ["tests/test_notebooks.py"]),
        ("tools/standalone/deck.py", ["tests/site_pages", "tests/slides"]),
        ("tools/site_pages/glossary.py", ["tests/site_pages"]),
        ("docs/glossary/06_wasserstein.toml", ["tests/site_pages"]),
        ("README.md", ["tests/test_environment.py"]),
    ],
)
def test_a_change_touches_the_tests_that_mirror_it(path, run):
    (files,) = touched.selections([path])
    assert sorted({*files} - {*touched.ALWAYS}) == run


def test_an_exercise_and_a_lesson_touch_their_own_tests_only():
    exercise = "course_utils/checks/lessons/l10_forward_diffusion/add_noise.py"
    lesson = "notebooks/source/10_forward_diffusion.py"
    assert touched.selections([exercise, lesson]) == [
        touched.ALWAYS,
        ["tests/checks", "-k", "add_noise"],
        ["tests/test_notebooks.py", "-k", "10_forward_diffusion"],
    ]


def test_right_answers_and_what_exercises_share_touch_these_exercises():
    answers = "tests/checks/lessons/l10_forward_diffusion/add_noise.py"
    shared = "course_utils/checks/lessons/l11_reverse_diffusion/_points.py"
    assert touched.selections([answers]) == [touched.ALWAYS, ["tests/checks", "-k", "add_noise"]]
    _, (_, _, chosen) = touched.selections([shared])
    assert {"epsilon_to_x0", "velocity_to_x0"} <= set(chosen.split(" or "))


@pytest.mark.parametrize(
    ("name", "lesson"),
    [
        ("tests/test_notebooks.py::test_blank[10_forward_diffusion]", "10"),
        ("notebooks/solutions/03_variational_autoencoders.ipynb::Cell 4", "03"),
        ("tests/errata/test_l11_reverse_diffusion.py::test_one", "11"),
        ("tests/checks/test_exercises.py::test_the_reference_passes[ae.conv_out]", "01"),
        ("tests/test_exact.py::test_score[2024_x]", costs.SHARED),
        ("tests/gan/test_tricks.py::test_rate[0.15]", costs.SHARED),
    ],
)
def test_a_test_is_put_down_to_its_lesson(name, lesson):
    assert costs.lesson(name) == lesson


def test_the_report_adds_up(tmp_path, monkeypatch):
    for part, lines in {"unit": [("a.py::b[10_x]", 1.2), ("a.py::c", 2)], "decks": [("10_x", 3.9)]}.items():
        monkeypatch.setenv("COURSE_COSTS", str(tmp_path / part))
        for name, seconds in lines:
            costs.note(name, seconds)
    rows = [line.split() for line in costs.table({p: tmp_path / p for p in ("unit", "decks")}).splitlines()]
    assert rows[0][2:] == ["unit", "decks", "all"]
    assert rows[1] == ["10", "1", "4", "5"] and rows[2][-3:] == ["2", "0", "2"]


def test_nothing_is_noted_unless_asked(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_COSTS", raising=False)
    costs.note("a", 1.0)
    assert not list(tmp_path.iterdir())


def test_every_slow_test_is_where_the_suite_looks_for_it():
    marked = [path for path in (ROOT / "tests").rglob("test_*.py") if "mark.slow" in path.read_text("utf-8")]
    here, suite = Path(__file__).resolve(), runpy.run_path(str(ROOT / "tools" / "test.py"))
    assert {str(path.relative_to(ROOT)) for path in marked if path != here} == set(suite["SLOW"])


def test_a_commit_brings_a_source_and_its_products_together():
    source = "notebooks/source/10_forward_diffusion.py"
    both = ["notebooks/10_forward_diffusion.ipynb", "notebooks/solutions/10_forward_diffusion.ipynb"]
    assert list(commits.alone("Lesson 10", [source, *both])) == []
    (fault,) = commits.alone("Lesson 10", [source, both[0]])
    assert both[1] in fault and "make notebooks" in fault
    (fault,) = commits.alone("x" * 73, ["README.md"])
    assert "73 characters" in fault
