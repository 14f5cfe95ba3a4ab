"""What a student has solved is remembered in one file: by several kernels at once, and only at work."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import course_utils
from course_utils import _remembered as remembered

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def notebooks(tmp_path, monkeypatch):
    """A course of its own, in whose notebooks somebody works."""
    folder = tmp_path / "course" / "notebooks"
    (folder / "solutions").mkdir(parents=True)
    monkeypatch.setattr(remembered, "NOTEBOOKS", folder)
    monkeypatch.delenv("COURSE_REMEMBER")
    monkeypatch.delenv("COURSE_PRESET", raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(folder)
    return folder


def content(folder):
    return json.loads((folder / "progress.json").read_text())


def test_what_the_file_holds(notebooks):
    for solved in (False, False, True, True, False):
        assert remembered.add("elbo.kl", solved) == ""
    remembered.add("ae.mse", False)
    assert content(notebooks)["version"] == 1
    known = content(notebooks)["exercises"]
    assert known["elbo.kl"]["attempts"] == 3 and known["ae.mse"]["attempts"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", known["elbo.kl"]["solved"])
    assert known["ae.mse"]["solved"] is None
    assert known["ae.mse"]["version"] == course_utils.__version__
    assert remembered.read(notebooks / "progress.json") == known
    assert [path.name for path in notebooks.iterdir() if path.is_file()] == ["progress.json"]


def test_the_first_time_stays(notebooks, monkeypatch):
    times = iter(["2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z"])
    monkeypatch.setattr(remembered.time, "strftime", lambda *_: next(times))
    for _ in range(2):
        remembered.add("elbo.kl", True)
    assert content(notebooks)["exercises"]["elbo.kl"]["solved"] == "2026-01-01T00:00:00Z"


def test_several_kernels_at_once_lose_nothing(notebooks):
    code = (
        "import sys; from pathlib import Path; from course_utils import _remembered as r\n"
        "r.NOTEBOOKS = Path.cwd()\n"
        "for i in range(20): r.add(f'{sys.argv[1]}.{i}', True); r.add('all.of_us', False)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, name], cwd=notebooks, env=environment)
        for name in "abcd"
    ]
    assert [kernel.wait(timeout=120) for kernel in kernels] == [0] * 4
    known = content(notebooks)["exercises"]
    assert set(known) == {f"{name}.{i}" for name in "abcd" for i in range(20)} | {"all.of_us"}
    assert known["all.of_us"]["attempts"] == 80


def test_a_kernel_that_died_while_it_wrote_stops_nobody(notebooks, monkeypatch):
    remembered.add("elbo.kl", True)
    begun = notebooks / "progress.json.new"
    begun.write_text("{")
    monkeypatch.setattr(remembered, "_PATIENCE", 0.02)
    before = content(notebooks)
    assert remembered.add("ae.mse", True) == "" and content(notebooks) == before  # it may still be alive
    os.utime(begun, (0, 0))
    assert remembered.add("ae.mse", True) == "" and set(content(notebooks)["exercises"]) == {
        "elbo.kl",
        "ae.mse",
    }
    assert not begun.exists()


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "\xff" * 3, "[" * 100_000,
        '{"exercises": {}}', '{"version": 1}', '{"version": 1, "exercises": []}',
        '{"version": 1, "exercises": {"elbo.kl": {"solved": 3, "attempts": 1, "version": "1"}}}',
        '{"version": 1, "exercises": {"elbo.kl": {"solved": null, "attempts": "1", "version": "1"}}}',
        '{"version": 1, "exercises": {"elbo.kl": "solved"}}',
    ],
    ids=str.__len__,
)  # fmt: skip
def test_a_damaged_file_is_set_aside_in_one_sentence(notebooks, text):
    path = notebooks / "progress.json"
    for number in (1, 2):
        path.write_bytes(text.encode("latin-1"))
        said = remembered.add("ae.mse", True)
        assert said.endswith(f"it is kept as notebooks/my/progress_{number}.json, and a new one was begun.")
        assert said.count("\n") == 0 and said.count(". ") == 0
        assert (notebooks / "my" / f"progress_{number}.json").read_bytes() == text.encode("latin-1")
        assert set(content(notebooks)["exercises"]) == {"ae.mse"}
    assert remembered.add("ae.mae", True) == ""


def test_a_file_of_a_later_course_is_left_alone(notebooks):
    later = '{"version": 2, "lessons": {}}'
    (notebooks / "progress.json").write_text(later)
    assert remembered.add("elbo.kl", True) == ""
    assert (notebooks / "progress.json").read_text() == later


@pytest.mark.parametrize(
    "name, value",
    [("COURSE_REMEMBER", "off"), ("COURSE_REMEMBER", " OFF "), ("COURSE_PRESET", "smoke"), ("CI", "true")],
)
def test_it_is_switched_off_by_the_environment(notebooks, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert not remembered.wanted() and remembered.add("elbo.kl", True) == ""
    assert not (notebooks / "progress.json").exists()
    monkeypatch.setenv(name, {"COURSE_PRESET": "full"}.get(name, ""))
    assert remembered.wanted()


def test_only_work_in_the_course_counts(notebooks, monkeypatch):
    course = notebooks.parent
    for folder in ("notebooks/my", "notebooks/capstone/solutions", "build"):
        (course / folder).mkdir(parents=True)
    yes = [course, notebooks, notebooks / "my", notebooks / "capstone"]
    no = [
        notebooks / "solutions",
        notebooks / "capstone" / "solutions",
        course / "build",
        course.parent,
        Path(sys.prefix),
    ]
    for folder in (*yes, *no):
        monkeypatch.chdir(folder)
        assert remembered.wanted() == (folder in yes), folder
    monkeypatch.chdir(course)
    for folder in sorted(notebooks.rglob("*"), reverse=True):
        folder.rmdir()
    notebooks.rmdir()
    assert not remembered.wanted() and remembered.add("elbo.kl", True) == "" and not notebooks.exists()


def test_what_cannot_be_written_is_no_error(notebooks, monkeypatch):
    def refuse(path, flags, *mode):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(remembered.os, "open", refuse)  # root is refused by no folder
    assert remembered.add("elbo.kl", True) == ""
    assert list(notebooks.iterdir()) == [notebooks / "solutions"]


def test_a_disk_that_fills_up_leaves_the_file_as_it_was(notebooks, monkeypatch):
    remembered.add("elbo.kl", True)
    before = content(notebooks)

    def full(value, file, **how):
        file.write("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(remembered.json, "dump", full)
    assert remembered.add("ae.mse", True) == ""
    assert content(notebooks) == before and not (notebooks / "progress.json.new").exists()


def test_the_working_folder_may_be_gone(notebooks, monkeypatch):
    gone = notebooks / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert remembered.add("elbo.kl", True) == ""


def test_git_does_not_see_the_file():
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"notebooks/progress.json*", "notebooks/my/"} <= set(ignored)
