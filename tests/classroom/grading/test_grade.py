"""A folder of submissions, graded as a teacher does it: good, blank, copied, hostile and broken ones."""

import csv
import os
import re
import shutil
from pathlib import Path

import pytest
from submissions import notebook

from course_utils.__main__ import main
from course_utils.classroom.grading.grade import grade, lessons

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
NAMES = ("start.class_posterior", "start.fit_gaussian", "start.kl", "start.js", "start.sample_mixture")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submitted")
    solution = (NOTEBOOKS / "solutions" / "00_start_here.ipynb").read_text(encoding="utf-8")
    (folder / "anna.ipynb").write_text(solution, encoding="utf-8")
    shutil.copy(NOTEBOOKS / "00_start_here.ipynb", folder / "blank.ipynb")
    (folder / "bert.ipynb").write_text(re.sub(r"\bmeans\b", "mu_s", solution), encoding="utf-8")
    hostile = "import ctypes\ndef {0}(*a, x=ctypes.CDLL(None)._exit(0)): return 0\ncheck('start.{0}', {0})"
    notebook(folder / "hostile.ipynb", *(hostile.format(name.partition(".")[2]) for name in NAMES))
    (folder / "torn.ipynb").write_text(solution[:5000], encoding="utf-8")
    checkpoints = folder / ".ipynb_checkpoints"
    checkpoints.mkdir()
    shutil.copy(folder / "anna.ipynb", checkpoints / "anna.ipynb")
    return folder


def test_a_folder(folder, tmp_path, capsys):
    out, pages = tmp_path / "grades.csv", tmp_path / "pages"
    call = ["grade", str(folder), "--out", str(out), "--html", str(pages), "--seed", "5", "--jobs", "2"]
    assert main(call) == 0
    assert not Path(f"{out}.part").exists()
    with open(out, newline="", encoding="utf-8-sig") as file:
        found = {row["submission"]: row for row in csv.DictReader(file)}
    assert list(found) == ["anna.ipynb", "bert.ipynb", "blank.ipynb", "hostile.ipynb", "torn.ipynb"]
    full, none = ("5", "5", "00"), ("0", "5", "00")
    assert {name: (row["points"], row["of"], row["lesson"]) for name, row in found.items()} == {
        "anna.ipynb": full, "bert.ipynb": full, "blank.ipynb": none, "hostile.ipynb": none,
        "torn.ipynb": ("0", "0", ""),
    }  # fmt: skip
    assert {found["blank.ipynb"][f"{name}: feedback"] for name in NAMES} == {"Not done yet."}
    assert all("exit code 0" in found["hostile.ipynb"][f"{name}: feedback"] for name in NAMES)
    assert found["torn.ipynb"]["problem"] == "torn.ipynb is no notebook, or damaged."
    assert "the course's solutions" in found["bert.ipynb"]["to look at"]
    assert found["blank.ipynb"]["to look at"] == ""
    assert "Not done yet." in (pages / "blank.html").read_text(encoding="utf-8")
    assert sorted(path.stem for path in pages.iterdir()) == ["anna", "bert", "blank", "hostile", "torn"]
    said = capsys.readouterr().out
    assert said.startswith("anna.ipynb: 5 of 5 points, lesson 00\n    to look at: ")
    assert "\nEach answer ran in a process of its own" in said


def test_mistakes_in_the_call(tmp_path):
    for path, options, said in (
        (tmp_path / "none", {}, "is not there"),
        (tmp_path, {}, "holds no notebook"),
        (tmp_path, {"lesson": "99"}, "lesson must be one of 00, 01"),
        (tmp_path, {"seed": -1}, "seed must be at least 0"),
        (tmp_path, {"jobs": 0}, "jobs must be at least 1"),
    ):
        if "lesson" in options:
            notebook(tmp_path / "a.ipynb", "x = 1")
        with pytest.raises((ValueError, TypeError), match=said):
            grade(path, **options)
        (tmp_path / "a.ipynb").unlink(missing_ok=True)
    notebook(tmp_path / "a.ipynb", "x = 1")
    (one,), said = grade(tmp_path)
    assert "give it with --lesson" in one.problem and said == "Nothing was run."


def test_every_notebook_of_the_course_can_be_graded():
    assert lessons() == sorted(path.name[:2] for path in NOTEBOOKS.glob("*.ipynb"))
    assert os.path.exists(NOTEBOOKS / "solutions")
