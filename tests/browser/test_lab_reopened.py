"""A notebook saved and opened again without its kernel, and what JupyterLab asks at its first start."""

import json
import re
from pathlib import Path

import in_lab
import nbformat
import pytest
from alone import NEXT_FRAME, wait_for_dark
from in_lab import DARK, picture, show_notebook, summary
from nbformat.sign import NotebookNotary

pytestmark = pytest.mark.browser

ASKS = "/lab/api/(news|update)"  # what makes the server ask the outside
CELLS = ["from course_utils.widgets import ElboExplorer\nexplorer = ElboExplorer()\nexplorer"]


@pytest.fixture(scope="module")
def saved(lab_context, lab):
    """The file of a notebook, saved and its kernel stopped; what its widget showed; what the page asked."""
    with in_lab.opened(lab_context, lab, "reopened", CELLS) as page:
        page.locator(".course-canvas").focus()
        page.keyboard.press("ArrowRight")
        page.evaluate(NEXT_FRAME)
        page.wait_for_timeout(1000)  # the kernel's echo
        shown = summary(page)
        page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        ours = (page.origin, "blob:", "data:")
        asked = [url for url in page.requests if not url.startswith(ours) or re.search(ASKS, url)]
        toasts = page.locator(".Toastify__toast").count()
    return Path(lab["root_dir"]) / "reopened.ipynb", shown, (asked, toasts)


@pytest.fixture
def again(lab_context):
    page = lab_context.new_page()
    yield page
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


def test_nothing_is_asked_of_the_reader_or_of_a_network(saved):
    assert saved[2] == ([], 0)


def test_the_widget_is_there_as_it_was_and_still_moves(saved, lab, again):
    path, shown, _ = saved
    state = json.loads(path.read_text(encoding="utf-8"))["metadata"]["widgets"]
    assert state["application/vnd.jupyter.widget-state+json"]["state"]
    show_notebook(again, lab, path.stem)
    again.wait_for_selector(".course-canvas")
    again.evaluate(NEXT_FRAME)
    assert summary(again) == shown
    before = picture(again)
    again.locator(".course-canvas").focus()
    again.keyboard.press("ArrowRight")
    again.evaluate(NEXT_FRAME)
    assert picture(again) != before
    light = picture(again)
    again.emulate_media(color_scheme="dark")  # JupyterLab's theme follows the system, and the widget that
    again.wait_for_function(DARK)
    wait_for_dark(again)
    assert picture(again) != light


def test_without_a_model_the_still_is_shown_with_its_text(saved, lab, again):
    path, _, _ = saved
    notebook, other = nbformat.read(path, as_version=4), path.with_name("bare.ipynb")
    del notebook["metadata"]["widgets"]
    nbformat.write(notebook, other)
    # Signed, as what ran here is: in a foreign notebook JupyterLab looks for no model, and shows the picture.
    NotebookNotary(data_dir=str(path.parent / "data_dir")).sign(notebook)
    show_notebook(again, lab, other.stem)
    still = again.locator(".jp-OutputArea-output img")
    still.wait_for()
    assert still.get_attribute("alt").startswith("ElboExplorer: ")
    assert still.evaluate("image => image.naturalWidth > 0 && image.clientWidth > 200")
    assert "Error displaying widget" not in again.locator(".jp-OutputArea").first.text_content()
