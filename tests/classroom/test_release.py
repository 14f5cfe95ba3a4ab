"""A lesson as nbgrader's source version: which cells are marked, and that nothing else is changed."""

import nbformat
import pytest
from assignments import NAME, ROOT, SOURCE, lesson

from course_utils.checks.engine import registry
from course_utils.classroom import release as module
from course_utils.classroom.release import release

LESSONS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
ONE, TWO = "diffusion-one_step", "diffusion-alphas_cumprod"


@pytest.fixture
def notebooks(tmp_path):
    return lesson(tmp_path / "notebooks")


def marked(path):
    """{grade_id: cell} of a notebook, in its order."""
    cells = nbformat.read(path, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells if "nbgrader" in cell.metadata}


def test_the_cells_of_an_exercise(notebooks, tmp_path):
    path = release("10", tmp_path / "course", points=2, seed=7, notebooks=notebooks)
    assert path == tmp_path / "course" / "source" / NAME / f"{NAME}.ipynb"
    cells = marked(path)
    parts = ["text", "answer", "tests", "check"]
    assert list(cells) == [f"{key}-{part}" for key in (ONE, TWO) for part in parts]
    flags = {
        "text": (False, False, True), "answer": (False, True, False), "tests": (True, False, True),
        "check": (False, False, True),
    }  # fmt: skip
    for grade_id, cell in cells.items():
        meta = cell.metadata.nbgrader
        assert (meta.grade, meta.solution, meta.locked) == flags[grade_id.rpartition("-")[2]], grade_id
        assert meta.schema_version == 3 and meta.task is False and meta.cell_type == cell.cell_type
        assert meta.get("points") == (2 if meta.grade else None)
    assert cells[f"{ONE}-text"].source == "**Exercise 1.** Draw $x_t$ from $x_{t-1}$."
    assert cells[f"{ONE}-answer"].source in SOURCE and "### BEGIN SOLUTION" in cells[f"{ONE}-answer"].source
    tests = cells[f"{TWO}-tests"].source
    assert tests.splitlines()[:2] == [
        "# Worth 2 points. The check below tells you whether your answer is right.",
        "### BEGIN HIDDEN TESTS",
    ]
    assert '_passes("diffusion.alphas_cumprod", alphas_cumprod, seed=_seed)' in tests and "(None, 7)" in tests
    assert tests.endswith("\n### END HIDDEN TESTS")


def test_everything_else_is_as_students_have_it(notebooks, tmp_path):
    made = nbformat.read(release("10", tmp_path, notebooks=notebooks), as_version=4)
    student = nbformat.read(notebooks / f"{NAME}.ipynb", as_version=4)
    kept = [cell for cell in made.cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    assert [cell.id for cell in kept] == [cell.id for cell in student.cells]
    for one, other in zip(kept, student.cells, strict=True):
        same = one.source == other.source and one.cell_type == other.cell_type
        assert same or one.metadata.nbgrader.solution
        assert one.metadata.get("tags") == other.metadata.get("tags")
    assert 'guess = "b"' not in "".join(cell.source for cell in made.cells)
    places = {cell.id: place for place, cell in enumerate(made.cells)}
    for grade_id, cell in marked(tmp_path / "source" / NAME / f"{NAME}.ipynb").items():
        if grade_id.endswith(
            "-check"
        ):  # the answer is judged before the check puts the reference in its place
            assert made.cells[places[cell.id] - 1].metadata.nbgrader.grade


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_can_be_released(name, tmp_path):
    cells = marked(release(name, tmp_path))
    asked = {
        one.name.replace(".", "-")
        for one in map(registry.find, registry.names())
        if f".l{name[:2]}_" in one.module
    }
    graded = {key.removesuffix("-tests") for key, cell in cells.items() if cell.metadata.nbgrader.grade}
    assert graded == asked and len(cells) == 4 * len(asked)
    nbformat.validate(nbformat.read(tmp_path / "source" / name / f"{name}.ipynb", as_version=4))


def test_nothing_is_overwritten(notebooks, tmp_path):
    path = release("10", tmp_path, notebooks=notebooks)
    settings = tmp_path / "nbgrader_config.py"
    before = path.read_text()
    settings.write_text("c = get_config()\n")
    assert release(NAME, tmp_path, notebooks=notebooks) == path
    assert settings.read_text() == "c = get_config()\n"
    path.write_text(before.replace("Draw", "Please draw"))
    with pytest.raises(ValueError, match="is there already, with other content"):
        release("10", tmp_path, notebooks=notebooks)
    assert "Please draw" in path.read_text()


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("import math", "import math\nimport os"), lambda text: text + "\n# %%\n1\n"],
)
def test_a_notebook_that_is_not_its_source_is_refused(notebooks, tmp_path, change):
    path = notebooks / "source" / f"{NAME}.py"
    path.write_text(change(path.read_text()))
    with pytest.raises(ValueError, match="^the lesson's notebook is not what its source makes"):
        release("10", tmp_path, notebooks=notebooks)


def test_outputs_of_a_notebook_that_was_run_are_left_out(notebooks, tmp_path):
    path = notebooks / f"{NAME}.ipynb"
    student = nbformat.read(path, as_version=4)
    student.cells[1].update(outputs=[nbformat.v4.new_output("stream", text="hello")], execution_count=3)
    nbformat.write(student, path)
    assert "hello" not in release("10", tmp_path, notebooks=notebooks).read_text()


def test_an_answer_without_a_mark_and_a_lesson_without_exercises(tmp_path):
    unmarked = SOURCE.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
    with pytest.raises(ValueError, match=r"^diffusion\.one_step: no cell before its check has a marked"):
        release("10", tmp_path, notebooks=lesson(tmp_path / "one", unmarked))
    nothing = SOURCE.partition("# %% [markdown]\n# **Exercise 1")[0]
    with pytest.raises(ValueError, match="no exercise, so there is nothing to release"):
        release("10", tmp_path, notebooks=lesson(tmp_path / "two", nothing))


def test_bad_arguments(tmp_path):
    for wrong, match in (
        ({"lesson": "10_forward_difusion"}, "Did you mean '10_forward_diffusion'"),
        ({"lesson": "10", "points": -1}, "points must be"),
        ({"lesson": "10", "seed": -1}, "seed must be"),
    ):
        with pytest.raises(ValueError, match=match):
            release(out=tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == [] and module.STUB == "...  # your code here"


def test_a_number_needs_no_nought_and_a_file_is_no_folder(tmp_path):
    assert release("3", tmp_path) == release("03", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(
        OSError, match=r"^The assignment cannot be written to .*file \(Not a directory\): name a"
    ):
        release("03", tmp_path / "file")
