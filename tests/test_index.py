"""The build folder's index links to what is there."""

import os
import sys
from pathlib import Path

from bs4 import BeautifulSoup

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import index


def test_every_lesson_is_listed_and_every_link_leads_somewhere(tmp_path):
    for target in ("pages/06_wasserstein.html", "slides/13_scores_and_samplers.html"):
        (tmp_path / target).parent.mkdir()
        (tmp_path / target).write_text("built")
    for _ in range(2):  # a second time replaces what cannot be written to
        assert index.main(["--out", str(tmp_path)]) == 0
    page = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    sources = sorted((index.ROOT / "notebooks" / "source").glob("[0-9]*.py"))
    assert [heading.get_text()[:2] for heading in page.select("h2")] == [path.stem[:2] for path in sources]
    targets = [link["href"] for link in page.select("a")]
    assert all((tmp_path / target).is_file() for target in targets)
    others = [target for target in targets if not target.startswith("notebooks/")]
    assert others == ["pages/06_wasserstein.html", "slides/13_scores_and_samplers.html"]
    assert len(targets) == len(sources) + 2


def test_a_copied_notebook_is_for_reading_only(tmp_path):
    index.copy_notebooks(tmp_path, ["06_wasserstein"])
    assert os.stat(tmp_path / "notebooks" / "06_wasserstein.ipynb").st_mode & 0o222 == 0
