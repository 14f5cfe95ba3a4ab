import sys
from importlib import metadata
from pathlib import Path

import pytest
import torch

from course_utils import __main__ as cli
from course_utils import checkpoints, doctor
from course_utils.doctor import Row, compare, package, render


@pytest.mark.parametrize(
    ("version", "clause", "expected"),
    [
        ("2.13.0+cu130", ">=2.11", True),
        ("2.9.1", ">=2.11", False),
        ("3.13.0rc1", "<3.14", True),
        ("3.14.0", "<3.14", False),
        ("2.11", ">=2.11", True),
        ("1.0", "!=2", True),
    ],
)
def test_versions_compare_by_number_not_by_letter(version, clause, expected):
    assert compare(version, clause) is expected


def test_requirements_are_those_of_the_project_file():
    python_range, packages = doctor.requirements()
    assert set(python_range.split(",")) == {">=3.11", "<3.14"}  # metadata have an order of their own
    wanted = dict(packages)
    assert wanted["torch"].startswith(">=") and "jupyterlab" in wanted and "anywidget" in wanted
    assert "pytest" not in wanted


def test_requirements_are_found_without_the_project_file(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(metadata, "metadata", lambda name: {"Requires-Python": "<3.14,>=3.11"})
    monkeypatch.setattr(metadata, "requires", lambda name: ["torch>=2.11", 'uv; extra == "dev"', "tqdm"])
    assert doctor.requirements() == ("<3.14,>=3.11", [("torch", ">=2.11"), ("tqdm", "")])


def test_a_missing_and_an_old_package_are_wrong_and_say_what_to_do(monkeypatch):
    missing = package("no-such-package-here", ">=1")
    assert missing.found == "missing" and "make env" in missing.remedy
    monkeypatch.setattr(metadata, "version", lambda name: "1.2")
    assert "too old" in package("tqdm", ">=4.66").remedy
    assert package("tqdm", ">=1.1").remedy is None


def test_table_lists_remedies_below():
    text = render([Row("one", "1"), Row("two", "2", "3", "add one")])
    assert "ok" in text and "WRONG" in text and text.endswith("two: add one.")
    assert render([Row("one", "1")]).endswith("Everything is ready.")


def test_the_smoke_test_agrees_with_least_squares_here():
    assert doctor.distance_to_least_squares() < 1e-6
    assert doctor.smoke_test().remedy is None


def test_a_failing_smoke_test_is_a_row_not_a_traceback(monkeypatch):
    def broken():
        raise RuntimeError("no kernel image\nmore")

    monkeypatch.setattr(doctor, "distance_to_least_squares", broken)
    row = doctor.smoke_test()
    assert row.found == "RuntimeError: no kernel image" and row.remedy
    monkeypatch.setattr(doctor, "distance_to_least_squares", lambda: 0.5)
    assert "wrong results" in doctor.smoke_test().remedy


def test_little_memory_or_disk_is_wrong_and_unknown_memory_is_not(monkeypatch):
    monkeypatch.setattr(doctor, "free_memory", lambda: 1.0)
    assert doctor.memory().remedy
    monkeypatch.setattr(doctor, "free_memory", lambda: None)
    assert doctor.memory().found == "unknown" and doctor.memory().remedy is None
    usage = type("Usage", (), {"free": 1e6})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    assert doctor.disk().remedy


def test_memory_is_known_without_psutil(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    free = doctor.free_memory()
    assert (free is not None and free > 0) == Path("/proc/meminfo").exists()


def test_a_lesson_that_is_missing_is_named(tmp_path, monkeypatch):
    assert doctor.lessons() == Row("lessons", "20 notebooks", "20")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert doctor.lessons().remedy is None and "package alone" in doctor.lessons().found
    (tmp_path / "notebooks").mkdir()
    assert "repository" in doctor.lessons().remedy
    (tmp_path / "notebooks" / "contents.json").write_text('{"00_a": {}, "01_b": {}}')
    (tmp_path / "notebooks" / "00_a.ipynb").write_text("{}")
    assert doctor.lessons() == Row("lessons", "1 notebooks", "2", "get 01_b from the repository again")


def test_processes_are_asked_of_torch(monkeypatch):
    assert doctor.processes().found.startswith("gloo") and doctor.processes().remedy is None
    monkeypatch.setattr(torch.distributed, "is_gloo_available", lambda: False)
    assert "gloo" in doctor.processes().remedy


def test_unreadable_checkpoints_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    row = doctor.checkpoints()
    assert all(f"train {name}`" in row.remedy for name in checkpoints.RECIPES)


def test_without_the_checkpoints_folder_there_is_one_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_CHECKPOINTS", raising=False)
    monkeypatch.setattr(checkpoints.store, "CLONE", tmp_path)
    row = doctor.checkpoints()
    assert row.found == "0 readable" and "pip install -e ." in row.remedy and "train" not in row.remedy
    assert not row.remedy.endswith(".")


def test_files_that_may_not_be_read_are_told_from_damaged_ones(monkeypatch):
    locked, damaged, *_ = checkpoints.RECIPES

    def load(name):
        if name == locked:
            raise checkpoints.CheckpointError("no") from PermissionError(13, "Permission denied")
        if name == damaged:
            raise checkpoints.CheckpointError("no")

    monkeypatch.setattr(checkpoints, "load", load)
    monkeypatch.setattr(checkpoints.store, "absent", lambda: None)
    row = doctor.checkpoints()
    assert row.found == f"{len(checkpoints.RECIPES) - 2} readable"
    first, second = row.remedy.split("; ")
    assert first.startswith("give yourself the right to read") and first.endswith(f"the files of {locked}")
    assert second.startswith("get the files") and second.endswith(f"train {damaged}`")


def test_a_project_file_that_cannot_be_read_is_a_row_not_a_traceback(monkeypatch):
    def refuse():
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor, "requirements", refuse)
    monkeypatch.setattr(doctor, "checkpoints", lambda: Row("checkpoints", "all"))
    first, *others = doctor.examine()
    assert "PermissionError" in first.found and "pyproject.toml" in first.remedy and len(others) == 7


@pytest.mark.parametrize(("rows", "code"), [([Row("a", "b")], 0), ([Row("a", "b", "c", "mend it")], 1)])
def test_exit_code_tells(monkeypatch, capsys, rows, code):
    monkeypatch.setattr(doctor, "examine", lambda: rows)
    assert cli.main(["doctor"]) == code
    assert "what" in capsys.readouterr().out
