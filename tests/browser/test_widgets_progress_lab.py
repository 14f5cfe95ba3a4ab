"""The board in a real JupyterLab: a check, another look, and the way to a lesson's notebook."""

import shutil
from pathlib import Path

import in_lab
import pytest
from in_lab import execute, summary

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """import os
from pathlib import Path
from course_utils import _remembered
from course_utils.widgets import ProgressBoard
os.environ["COURSE_REMEMBER"] = "on"
os.environ.pop("CI", None), os.environ.pop("COURSE_PRESET", None)
_remembered.NOTEBOOKS = Path.cwd() / "notebooks"
os.chdir("notebooks")
ProgressBoard()"""
SOLVE = """from course_utils.checks import check
from course_utils.checks.engine.registry import find
def kl(p, q):
    return find("start.kl").reference(p, q)
kl = check("start.kl", kl)"""
PATH = "() => jupyterapp.shell.currentWidget.context.path"
BACK = """async () => {
  await jupyterapp.shell.currentWidget.sessionContext.ready;
  await jupyterapp.shell.currentWidget.sessionContext.shutdown();
  await jupyterapp.commands.execute("docmanager:open", { path: "board.ipynb" });
}"""


@pytest.fixture
def board(lab_context, lab):
    """The board in Lab, of a course of its own; beside it lies one lesson's notebook."""
    home = Path(lab["root_dir"])
    shutil.copytree(ROOT / "notebooks" / "source", home / "notebooks" / "source")
    shutil.copy(ROOT / "notebooks" / "18_trilemma.ipynb", home)
    with in_lab.opened(lab_context, lab, "board", [BEGIN]) as page:
        yield page
    shutil.rmtree(home / "notebooks")
    (home / "18_trilemma.ipynb").unlink()


def test_a_check_another_look_and_the_way_to_a_lesson(board):
    assert summary(board).startswith("No exercise of ")
    execute(board, SOLVE)
    board.get_by_role("button", name="Look again").click()
    board.wait_for_function("() => document.querySelector('.course-summary').textContent.startsWith('1 of ')")
    assert board.locator(".course-progress [role=status]").text_content() == "1 more solved."
    first = board.locator(".course-lesson summary").first
    first.focus()
    cells = board.locator(".jp-Cell").count()
    for key in ("Enter", "a", "b"):
        board.keyboard.press(key)
    assert board.locator(".jp-Cell").count() == cells  # `a` and `b` insert cells in the notebook's own mode
    solved = board.locator(".course-lesson[open] li", has_text="start.kl")
    assert solved.inner_text().startswith("✓")
    board.evaluate("() => { window.same = true; }")
    board.locator(".course-lesson summary", has_text="The trilemma").click()
    board.get_by_role("link", name="Open 18 The trilemma").click()
    board.wait_for_function(f"() => ({PATH})() === '18_trilemma.ipynb'")
    assert board.evaluate("() => window.same") is True, "JupyterLab was loaded anew"
    assert board.problems == []
    board.evaluate(BACK)
