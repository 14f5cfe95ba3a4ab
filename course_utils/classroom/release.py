"""`python -m course_utils release NN`: a lesson as an assignment for nbgrader, the ecosystem's tool.

What is written is nbgrader's *source* version, with the solutions in it, for the teacher. Each exercise has
its text, which can be read only; the cell for the answer; a cell of tests, worth points, whose hidden part
calls the course's own checks, on the inputs that students see and on others; and the check that students run.
The rest of the notebook is theirs to run and to change.
"""

import ast
import copy
import re
from pathlib import Path
from typing import NamedTuple

import nbformat

from .._validate import check_choice, check_number, check_seed

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
STUB = "...  # your code here"  # what a blank holds, as in the course's own notebooks
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.DOTALL | re.MULTILINE
)
CODE_CELL = re.compile(r"^# %%(?! \[markdown\])[^\n]*\n(.*?)(?=^# %%|\Z)", re.DOTALL | re.MULTILINE)
TESTS = """\
# Worth {points}. The check below tells you whether your answer is right.
### BEGIN HIDDEN TESTS
from course_utils.checks import passes as _passes

for _seed in (None, {seed}):  # the inputs that the check shows, and others
    _passed, _said = _passes("{name}", {function}, seed=_seed)
    assert _passed, _said
### END HIDDEN TESTS"""
SETTINGS = '''\
"""nbgrader's settings for this course, written by `python -m course_utils release` where there were none."""

import os

c = get_config()  # noqa: F821
c.ClearSolutions.code_stub = {{"python": "{stub}"}}
c.Execute.timeout = 900  # seconds for a cell
# For autograding: trainings stop after a few steps (the tests bring their own inputs), no progress bars, and
# what a submission solves is not remembered as the teacher's progress.
os.environ.update(COURSE_PRESET="smoke", COURSE_PROGRESS="off", COURSE_REMEMBER="off")
'''


class Exercise(NamedTuple):
    """An exercise in a notebook: its name, its function's, and the places of the cells."""

    name: str
    function: str
    answer: int
    check: int


def release(lesson, out="build/nbgrader", points=1, seed=1, notebooks=NOTEBOOKS):
    """Write a lesson as nbgrader's source version to OUT/source/NN_name/NN_name.ipynb; returns that path.

    lesson: its number or name; out: nbgrader's course folder, which gets an nbgrader_config.py where it has
    none; points: for each exercise; seed: of the further inputs that the tests bring. Raises ValueError where
    there is no such lesson, where its notebook is not what its source makes, and where a file of that name
    with something else in it is there: nothing is ever overwritten. Raises OSError, in one sentence, where
    nothing can be written there.
    """
    points = check_number("points", points, minimum=0)
    known = {path.stem[:2]: path.stem for path in sorted((notebooks / "source").glob("[0-9][0-9]_*.py"))}
    number = lesson.zfill(2) if isinstance(lesson, str) and lesson.isdigit() else ""  # 3 is 03
    name = known.get(number) or check_choice("lesson", lesson, known.values())
    source = (notebooks / "source" / f"{name}.py").read_text(encoding="utf-8")
    student = nbformat.read(notebooks / f"{name}.ipynb", as_version=4)
    made = assignment(student, source, points, check_seed("seed", seed))
    path = Path(out) / "source" / name / f"{name}.ipynb"
    settings = Path(out) / "nbgrader_config.py"
    try:
        _write(path, nbformat.writes(made) + "\n")
        if not settings.exists():
            _write(settings, SETTINGS.format(stub=STUB))
    except OSError as error:
        why = error.strerror or error
        raise OSError(
            f"The assignment cannot be written to {out} ({why}): name a folder that is yours."
        ) from error
    return path


def assignment(student, source, points=1, seed=1):
    """A lesson as an assignment: an nbformat notebook.

    student: the lesson's notebook as students have it; source: the text that it was made from, py:percent
    with its solutions marked. Raises ValueError where one is not made from the other, and where a check has
    no marked answer before it.
    """
    made = nbformat.v4.new_notebook(metadata=copy.deepcopy(student.metadata))
    made.metadata.get("course", {}).pop("sha256", None)  # of the student's notebook, which this is not
    made.cells = [_fresh(cell) for cell in student.cells]
    solved = _with_solutions(made.cells, source)
    exercises = _exercises(made.cells, solved)
    if not exercises:
        raise ValueError("the lesson has no exercise, so there is nothing to release.")
    before = {}  # place of a check -> the test that goes in front of it
    for one in exercises:
        key = one.name.replace(".", "-")
        answer = made.cells[one.answer]
        answer.source = solved[one.answer]
        _mark(answer, f"{key}-answer", solution=True)
        _mark(made.cells[one.check], f"{key}-check", locked=True)
        text = made.cells[one.answer - 1] if one.answer else answer
        if text.cell_type == "markdown":
            _mark(text, f"{key}-text", locked=True)
        before[one.check] = _tests(one, key, points, seed)
    made.cells = [part for place, cell in enumerate(made.cells) for part in (before.get(place), cell) if part]
    nbformat.validate(made)
    return made


def _fresh(cell):
    """A copy of a cell as if it had never been run."""
    fresh = copy.deepcopy(cell)
    if fresh.cell_type == "code":
        fresh.update(outputs=[], execution_count=None)
    return fresh


def _with_solutions(cells, source):
    """{place of a code cell: its text with the marked solution}, for those that have one."""
    places = [place for place, cell in enumerate(cells) if cell.cell_type == "code"]
    texts = [text.strip("\n") for text in CODE_CELL.findall(source)]
    solved = {place: text for place, text in zip(places, texts, strict=False) if "### BEGIN SOLUTION" in text}
    same = len(texts) == len(places) and all(
        cells[place].source == text for place, text in zip(places, texts, strict=True) if place not in solved
    )
    if not same:
        raise ValueError(
            "the lesson's notebook is not what its source makes, or somebody has worked in it: build it anew "
            "with `make notebooks NAME=NN_name`, which sets your work aside."
        )
    return solved


def _exercises(cells, solved):
    """An `Exercise` for the first check of each name, in the order of the notebook."""
    found, defined = {}, {}
    for place, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        tree = ast.parse(solved.get(place, cell.source))
        if place in solved:
            defined.update({node.name: place for node in tree.body if isinstance(node, ast.FunctionDef)})
        for name, function in _checks(tree):
            if name in found:
                continue
            if function not in defined:
                raise ValueError(f"{name}: no cell before its check has a marked solution for {function}.")
            found[name] = Exercise(name, function, defined[function], place)
    return list(found.values())


def _checks(tree):
    """(name of the exercise, name of the function) for each call check("topic.name", function)."""
    for node in ast.walk(tree):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
        if called and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
            yield ast.literal_eval(node.args[0]), node.args[1].id


def _tests(exercise, key, points, seed):
    said = "1 point" if points == 1 else f"{points:g} points"
    source = TESTS.format(points=said, name=exercise.name, function=exercise.function, seed=seed)
    cell = nbformat.v4.new_code_cell(source, id=f"{key}-tests")
    return _mark(cell, f"{key}-tests", grade=True, locked=True, points=points)


def _mark(cell, grade_id, **what):
    """Give a cell nbgrader's metadata, schema 3, unless it has some, as an answer to two checks has."""
    flags = {"grade": False, "solution": False, "locked": False, "task": False, **what}
    if "nbgrader" not in cell.metadata:
        cell.metadata["nbgrader"] = {
            "schema_version": 3, "grade_id": grade_id, "cell_type": cell.cell_type, **flags
        }  # fmt: skip
    return cell


def _write(path, text):
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        raise ValueError(f"{path} is there already, with other content: move it, or name another --out.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
