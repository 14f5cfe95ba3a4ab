"""The build folder's index links to what is there."""

import os
import sys
from pathlib import Path

from bs4 import BeautifulSoup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import index


def test_every_lesson_and_project_is_listed_and_every_link_leads_somewhere(tmp_path):
    for target in ("pages/06_wasserstein.html", "slides/13_scores_and_samplers.html", "pages/p2_trick.html"):
        (tmp_path / target).parent.mkdir(exist_ok=True)
        (tmp_path / target).write_text("built")
    for _ in range(2):  # a second time replaces what cannot be written to
        assert index.main(["--out", str(tmp_path)]) == 0
    page = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    sources = [
        *sorted((index.ROOT / "notebooks" / "source").glob("[0-9]*.py")),
        *sorted((index.CAPSTONE / "source").glob("p[0-9]*.py")),
    ]
    assert [heading.get_text()[:2] for heading in page.select("h3")] == [path.stem[:2] for path in sources]
    targets = [link["href"] for link in page.select("main a")]
    assert all((tmp_path / target).is_file() for target in targets)
    others = [target for target in targets if not target.startswith("notebooks/")]
    assert others == [
        "pages/06_wasserstein.html",
        "slides/13_scores_and_samplers.html",
        "pages/p2_trick.html",
    ]
    assert len(targets) == len(sources) + 3
    assert not page.select("form, header"), "a folder that is no site has no search and no pages of its own"


def test_a_link_says_to_a_screen_reader_which_lesson_it_belongs_to(tmp_path):
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "06_wasserstein.html").write_text("built")
    contents, projects = index.listings()
    page = BeautifulSoup(index.html(tmp_path, contents, projects), "html.parser")
    (link,) = page.select("main a")
    assert link["aria-label"] == "Deck of lesson 06, Wasserstein and the GAN zoo"
    assert page.select_one("#\\30 6_wasserstein .time").get_text() == "1.5 min"


def test_a_copied_notebook_is_for_reading_only(tmp_path):
    index.copy_notebooks(tmp_path, ["06_wasserstein"])
    assert os.stat(tmp_path / "notebooks" / "06_wasserstein.ipynb").st_mode & 0o222 == 0
