"""The real nbgrader on a released lesson: what it hands out, how it grades, and what it tells students."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from assignments import NAME, lesson
from bs4 import BeautifulSoup

from course_utils.classroom.release import STUB, release

ONE, TWO = "diffusion-one_step", "diffusion-alphas_cumprod"
ANSWERS = {
    "blank": {},
    "right": {
        ONE: "return x * (1 - beta) ** 0.5 + noise * beta**0.5",
        TWO: "return (1 - betas).log().cumsum(0).exp()",
    },
    "wrong": {ONE: "return (1 - beta) * x + beta * noise", TWO: "return 1 - betas.cumsum(0)"},
}


BIN = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where it looks for alembic


def nbgrader(course, *arguments):
    """Run a command of nbgrader in a course's folder, with no settings but those that lie there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "JUPYTER"))}
    folders = {f"JUPYTER_{name}_DIR": str(course / "jupyter") for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {**kept, **folders, "HOME": str(course), "OMP_NUM_THREADS": "1", "PATH": BIN}
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def marked(path):
    cells = nbformat.read(path, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells if "nbgrader" in cell.metadata}


def submit(course, student, answers):
    """A student's notebook as it comes back; the tests of a wrong one were tampered with."""
    nb = nbformat.read(course / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in nb.cells:
        key, _, part = cell.metadata.get("nbgrader", {}).get("grade_id", "").rpartition("-")
        if part == "answer" and key in answers:
            assert STUB in cell.source
            cell.source = cell.source.replace(STUB, answers[key])
        if part == "tests" and student == "wrong":
            cell.source, cell.metadata.nbgrader["points"] = "pass", 100
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The folder of a course in which everything has happened: (folder, what validating the source said)."""
    folder = tmp_path_factory.mktemp("course")
    source = release("10", folder, points=2, notebooks=lesson(folder / "notebooks"))
    validated = nbgrader(folder, "validate", str(source))
    nbgrader(folder, "generate_assignment", NAME)
    for student, answers in ANSWERS.items():
        submit(folder, student, answers)
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "generate_feedback", NAME)
    return folder, validated


def test_the_teachers_version_passes_its_own_tests(course):
    assert "Success! Your notebook passes all the tests." in course[1]


def test_students_get_blanks_and_neither_answers_nor_tests(course):
    cells = marked(course[0] / "release" / NAME / f"{NAME}.ipynb")
    assert cells[f"{ONE}-answer"].source == (
        f'def one_step(x, noise, beta):\n    """x_t, [B, ...]."""\n    {STUB}'
    )
    assert cells[f"{ONE}-tests"].source == (
        "# Worth 2 points. The check below tells you whether your answer is right."
    )
    text = (course[0] / "release" / NAME / f"{NAME}.ipynb").read_text()
    for secret in ("SOLUTION", "cumprod(0)", "math.sqrt(beta)", "_passes", "HIDDEN"):
        assert secret not in text
    for grade_id, cell in cells.items():
        assert cell.metadata.get("editable", True) == grade_id.endswith("-answer")


def test_points_are_those_of_right_answers(course, monkeypatch):
    from nbgrader.api import Gradebook

    monkeypatch.setenv("PATH", BIN)
    with Gradebook(f"sqlite:///{course[0] / 'gradebook.db'}") as book:
        for student in ANSWERS:
            submission = book.find_submission(NAME, student)
            (notebook,) = submission.notebooks
            earned = {grade.name: (grade.score, grade.max_score) for grade in notebook.grades}
            points = 2.0 if student == "right" else 0.0
            assert earned == {f"{ONE}-tests": (points, 2.0), f"{TWO}-tests": (points, 2.0)}, student
            assert (submission.score, submission.max_score) == (2 * points, 4.0)
            assert not submission.needs_manual_grade


def test_feedback_names_the_mistake(course):
    said = {
        student: BeautifulSoup(
            (course[0] / "feedback" / student / NAME / f"{NAME}.html").read_text(), "html.parser"
        ).get_text()
        for student in ANSWERS
    }
    assert "AssertionError: diffusion.one_step: not yet." in said["wrong"]
    assert "AssertionError: diffusion.alphas_cumprod: not yet." in said["wrong"]
    assert "AssertionError: diffusion.one_step: not done yet." in said["blank"]
    assert "Error" not in said["right"] and "diffusion.one_step: right." in said["right"]


def test_only_the_tests_of_a_wrong_answer_stop(course):
    """A blank stops no other cell, as in the course's own notebooks."""
    for student in ANSWERS:
        path = course[0] / "autograded" / student / NAME / f"{NAME}.ipynb"
        for cell in nbformat.read(path, as_version=4).cells:
            raised = any(output.output_type == "error" for output in cell.get("outputs", []))
            is_test = cell.metadata.get("nbgrader", {}).get("grade", False)
            assert raised == (is_test and student != "right"), (student, cell.source)
