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
COURSE = [f"{number:02d}" for number in range(17)]


def test_its_numbers_are_the_measured_ones():
    assert start_page.filled(PAGE, CONTENTS, SOURCES) == PAGE


def test_it_walks_all_lessons_in_order_and_owns_up_to_the_rest():
    walked = re.findall(r"<!-- lesson (\d\d) -->", PAGE)
    assert walked == sorted(name[:2] for name in CONTENTS)
    to_come = re.findall(r"\*\*(\d\d) ", PAGE[PAGE.index("## What is not there yet") :])
    assert to_come == [number for number in COURSE if number not in walked]


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
    page = "x <!-- lesson 07 --><!-- /lesson --> y <!-- total -->?<!-- /total -->"
    contents = {"07_name": {"title": "Name", "seconds": 61}, "08_other": {"title": "Other", "seconds": 30}}
    filled = start_page.filled(page, contents, {"07_name": source, "08_other": ""})
    assert "### [07 Name](07_name.ipynb)\n\n1.5 min · 2 exercises, 2 predictions\n" in filled
    assert "<!-- total -->2 min<!-- /total -->" in filled and start_page.filled(filled, contents, {
        "07_name": source, "08_other": ""}) == filled  # fmt: skip
    del contents["07_name"]["seconds"]
    assert "not measured yet" in start_page.filled(page, contents, {"07_name": source})


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "0.5 min"), (30, "0.5 min"), (31, "1 min"), (90, "1.5 min")]
)
def test_times_are_rounded_up(seconds, said):
    assert start_page.minutes(seconds) == said
