"""Real or fake in a real JupyterLab: Python reads what was played, and the saved notebook holds none."""

import time
from pathlib import Path

import in_lab
import pytest
from alone import NEXT_FRAME
from in_lab import summary, value_in_python

pytestmark = pytest.mark.browser

CELLS = [
    "import torch\n"
    "from course_utils.widgets import RealOrFake\n"
    "images = torch.rand(4, 1, 8, 8)\n"
    "explorer = RealOrFake(images, {'VAE': images}, rounds=2)\n"
    "explorer",
    "print(len(explorer.answers), sum(answer['said'] == 'fake' for answer in explorer.answers))",
]


def test_a_game_is_played_and_python_follows_while_the_file_holds_no_answer(lab_context, lab):
    with in_lab.opened(lab_context, lab, "game", CELLS) as page:
        page.locator(".course-canvas").focus()
        page.keyboard.press(" ")
        for number in (1, 2):
            page.wait_for_function(
                "(n) => document.querySelector('.course-summary').textContent.includes(`Picture ${n} of`)",
                arg=number,
            )
            page.wait_for_timeout(1500)
            page.keyboard.press("f")
            page.evaluate(NEXT_FRAME)
        assert " of 2 right." in summary(page)
        deadline = time.monotonic() + 20
        while value_in_python(page) != ["2", "2"] and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        assert value_in_python(page) == ["2", "2"]
        assert page.locator(".jp-Cell").count() == 2
        page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        text = (Path(lab["root_dir"]) / "game.ipynb").read_text(encoding="utf-8")
        assert "explorer = RealOrFake" in text and '"ms"' not in text and '"said"' not in text
        assert page.problems == []
