"""An exported notebook page: no kernel, no request, and the widgets still answer."""

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.browser

TEXT = r"""# A *small* notebook & more

Inline $\alpha_t$, code `$x$`, and a price of $5.

$$\begin{aligned} a &= b \\ &= c \end{aligned}$$

| a | b |
|---|---|
| $x \mid y$ | 2 |
"""

CODE = [
    """
from IPython.display import Latex, Markdown, display
from course_utils.figures import show, subplots
fig, ax = subplots(figsize=(4, 2))
ax.plot([0, 1], [0, 1])
show(fig, "A line that rises from left to right.")
display(Markdown("**bold** $\\\\beta$"), Latex("$$\\\\gamma^2$$"))
print("plain <text>")
""",
    """
from course_utils.widgets import DivergenceExplorer
explorer = DivergenceExplorer()
explorer
""",
    """
import torch
from course_utils.autoencoders import MLPAutoencoder
from course_utils.widgets import LatentExplorer
torch.manual_seed(0)
model = MLPAutoencoder((1, 8, 8), 2)
LatentExplorer(model.decoder, torch.randn(60, 2), torch.arange(60) % 10)
""",
    "import ipywidgets\nipywidgets.IntSlider()",
    "explorer",
]

NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The page of a small notebook with both widgets, executed as `make notebooks` executes them."""
    cells = [new_markdown_cell(TEXT), *(new_code_cell(code.strip()) for code in CODE)]
    notebook = new_notebook(cells=cells)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=True)
    client.execute(cwd=str(ROOT))
    path = tmp_path_factory.mktemp("pages") / "98_small.ipynb"
    nbformat.write(notebook, path)
    sys.path.insert(0, str(ROOT / "tools"))
    from standalone import notebook as exporter

    target = path.with_suffix(".html")
    target.write_text(exporter.build(path), encoding="utf-8")
    assert exporter.build(path) == target.read_text(encoding="utf-8"), "a second export differs"
    return target


@pytest.fixture
def opened(page, exported):
    page.goto(exported.as_uri())
    page.wait_for_function("[...document.querySelectorAll('.live')].every((host) => host.dataset.ready)")
    return page


def test_a_page_asks_for_nothing_and_reports_no_error(opened):
    assert opened.problems == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in opened.requests), opened.requests
    assert opened.locator("link, script[src], iframe").count() == 0


def test_a_page_says_its_language_and_its_title(opened):
    assert opened.locator("html").get_attribute("lang") == "en"
    assert opened.title() == "A small notebook & more"


def test_text_mathematics_and_outputs_are_there(opened):
    formulas = opened.locator("annotation").all_text_contents()
    assert [r"\alpha_t" in formulas, r"\beta" in formulas, r"\gamma^2" in formulas] == [True] * 3
    assert any("aligned" in formula for formula in formulas)
    assert opened.locator("p code").first.inner_text() == "$x$"
    assert opened.locator("td .katex").count() == 1
    assert opened.locator("img").first.get_attribute("alt") == "A line that rises from left to right."
    assert "plain <text>" in opened.locator(".output_stdout").inner_text()
    assert "needs a running kernel" in opened.locator("main").inner_text()


def test_a_page_fits_a_narrow_window(opened):
    opened.set_viewport_size({"width": 480, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 480


@pytest.mark.parametrize("index", [0, 1])
def test_a_drag_changes_the_picture_and_its_summary(opened, index):
    host = opened.locator(".live").nth(index)
    host.scroll_into_view_if_needed()
    canvas = host.locator("canvas").first
    box = canvas.bounding_box()
    pixels = "canvas => canvas.toDataURL()"
    before = (host.inner_text(), canvas.evaluate(pixels))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.mouse.move(*middle)
    opened.mouse.down()
    opened.mouse.move(middle[0] + box["width"] / 6, middle[1] + 5, steps=5)
    opened.mouse.up()
    opened.evaluate(NEXT_FRAME)
    assert host.inner_text() != before[0]
    assert canvas.evaluate(pixels) != before[1]
    assert opened.problems == []


def test_two_views_of_one_widget_move_together(opened):
    first, second = opened.locator(".live").nth(0), opened.locator(".live").nth(2)
    first.locator("[tabindex='0']").first.focus()
    for _ in range(5):
        opened.keyboard.press("ArrowRight")
    opened.evaluate(NEXT_FRAME)
    assert first.locator("canvas").first.evaluate("c => c.toDataURL()") == second.locator(
        "canvas"
    ).first.evaluate("c => c.toDataURL()")
