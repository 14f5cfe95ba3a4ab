"""`python -m course_utils release`, as a teacher calls it."""

import subprocess
import sys

import nbformat


def test_the_command(tmp_path):
    command = [sys.executable, "-m", "course_utils", "release", "18", "--out", str(tmp_path)]
    done = subprocess.run([*command, "--points", "1.5"], capture_output=True, text=True, check=True)
    path = tmp_path / "source" / "18_trilemma" / "18_trilemma.ipynb"
    assert done.stdout == f"{path}\n"
    marks = [cell.metadata.get("nbgrader", {}) for cell in nbformat.read(path, as_version=4).cells]
    assert {mark["points"] for mark in marks if mark.get("grade")} == {1.5}
    done = subprocess.run([*command[:4], "99"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.startswith("lesson must be one of ")
    assert done.stderr.count("\n") == 1
