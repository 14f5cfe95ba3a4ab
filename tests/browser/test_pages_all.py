"""What holds for every exported page: axe finds nothing serious, nothing is cut, its links lead somewhere."""

import os
import subprocess
import sys
from pathlib import Path

import axe
import narrow
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from standalone import sections  # noqa: E402

PAGES = sorted(path.stem for path in (ROOT / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))
pytestmark = pytest.mark.browser

# What runs over the window's right edge and stands in no block that scrolls or hides it.
CUT = """() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  const held = (node) => node && (getComputedStyle(node).overflowX !== "visible" || held(node.parentElement));
  const over = ({ width, right }) => width > 1 && right > clientWidth + 1;
  const cut = [...document.querySelectorAll("body *")].filter((node) => over(node.getBoundingClientRect()));
  return [
    ...(scrollWidth > clientWidth ? ["the page scrolls sideways"] : []),
    ...cut.filter((node) => !held(node)).map((node) => `${node.tagName} ${node.textContent.slice(0, 40)}`),
  ];
}"""

# What a block hides at its right edge. Where there is room, nothing has to be scrolled but columns.
HELD_BACK = """() => {
  const room = document.documentElement.clientWidth > 1000;
  const wraps = ".said, .said *, .output_area pre:not(.columns)";
  const own = (node) => node.closest(".live, .katex") || getComputedStyle(node).display === "inline";
  const long = (node) => node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 1;
  const kept = ["visible", ...(room ? [] : ["auto", "scroll"])];
  const clips = (node) => !kept.includes(getComputedStyle(node).overflowX) && !node.matches(".columns");
  return [...document.querySelectorAll("main *")]
    .filter((node) => long(node) && !own(node) && (clips(node) || node.matches(wraps)))
    .map((node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`);
}"""

# How many blocks scroll and the keyboard cannot reach, or it stops at although there is nothing to scroll.
STOPS = """() => {
  const blocks = document.querySelectorAll("main :is(pre, .scroll, .output_area, .math, .katex-display)");
  const long = (node) => node.scrollWidth > node.clientWidth + 1;
  const scrolls = (node) => long(node) && getComputedStyle(node).overflowX === "auto";
  return [...blocks].filter((node) => scrolls(node) !== (node.tabIndex === 0)).length;
}"""


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """A folder with every page, built as `make pages` builds them, or just built by that."""
    if os.environ.get("COURSE_PAGES"):  # tools/test.py sets it where its part "decks" has run
        return Path(os.environ["COURSE_PAGES"])
    folder = tmp_path_factory.mktemp("pages")
    command = [sys.executable, "tools/pages.py", "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_at_both_widths_and_axe_finds_nothing_serious(page, pages, name):
    page.set_viewport_size({"width": 390, "height": 720})
    page.goto((pages / f"{name}.html").as_uri())
    page.wait_for_function("[...document.querySelectorAll('.live')].every((host) => host.dataset.ready)")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_function(
            f"document.querySelector('.contents details').open === {str(width > 1000).lower()}"
        )
        assert page.evaluate(CUT) == [], width
        assert page.evaluate(HELD_BACK) == [], width
        assert width > 640 or page.evaluate(narrow.CELLS_OUTSIDE) == []
        page.wait_for_function(f"({STOPS})() === 0")
    ids = page.eval_on_selector_all("main [id]", "nodes => nodes.map((node) => node.id)")
    assert {section.id for section in sections.of(name)} <= {*ids}
    links = page.eval_on_selector_all(
        ".contents a", "nodes => nodes.map((node) => node.getAttribute('href'))"
    )
    assert len(links) == len({*links}) >= 5
    assert {link.removeprefix("#") for link in links} <= {*ids}
    assert axe.faults(page) == []
    assert axe.faults_in_dark(page) == []
    assert page.problems == []
