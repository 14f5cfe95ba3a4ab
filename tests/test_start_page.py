"""The start page walks all lessons in order, with their own numbers, and names what is to come."""

import json
import re
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import start_page  # noqa: E402

NOTEBOOKS = ROOT / "notebooks"
PAGE = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
CONTENTS = json.loads((NOTEBOOKS / "contents.json").read_text(encoding="utf-8"))
SOURCES = {name: (NOTEBOOKS / "source" / f"{name}.py").read_text(encoding="utf-8") for name in CONTENTS}
COURSE = [f"{number:02d}" for number in range(20)]


def test_its_numbers_are_the_measured_ones():
    assert start_page.filled(PAGE, CONTENTS, SOURCES) == PAGE


def test_it_walks_all_lessons_in_order():
    walked = re.findall(r"^### \[(\d\d) ", PAGE, re.MULTILINE)
    assert walked == sorted(name[:2] for name in CONTENTS) == COURSE


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert len(links) > len(CONTENTS)
    for link in links:
        assert (NOTEBOOKS / link).exists(), link


def test_its_headings_are_links_once_rendered():
    """A comment at the start of a line would make plain text of what follows."""
    html = MarkdownIt().render(PAGE)
    for name, entry in CONTENTS.items():
        assert f'<h3><a href="{name}.ipynb">{name[:2]} {entry["title"]}</a></h3>' in html
    assert "**" not in html and "](" not in html


def test_a_line_is_counted_from_the_source():
    source = 'f = check("a.b", f)\nf = check("a.b", f)\ng = check("a.c", g)\nreveal(guess, "a")\nreveal(\n'
    page = (
        "x <!-- lessons 06 to 07: Games --><!-- /lessons --> y <!-- lessons 09 to 12: Empty --><!-- /lessons"
        "--> <!-- total -->?<!-- /total -->\n- **07 Name:** planned.\n- **08 Next:** planned.\n"
    )
    contents = {"07_name": {"title": "Name", "about": "What it is.", "seconds": 61}}
    filled = start_page.filled(page, contents, {"07_name": source})
    lesson = "### [07 Name](07_name.ipynb)\n\n1.5 min · 2 exercises, 2 predictions\n\nWhat it is.\n"
    assert f"## Games\n\n{lesson}" in filled and "## Empty" not in filled
    assert "<!-- total -->1.5 min<!-- /total -->" in filled
    assert "07 Name:" not in filled and "08 Next:" in filled, "a lesson that is there is no longer planned"
    assert start_page.filled(filled, contents, {"07_name": source}) == filled
    del contents["07_name"]["seconds"]
    assert "not measured yet" in start_page.filled(page, contents, {"07_name": source})


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "0.5 min"), (30, "0.5 min"), (31, "1 min"), (90, "1.5 min")]
)
def test_times_are_rounded_up(seconds, said):
    assert start_page.minutes(seconds) == said
