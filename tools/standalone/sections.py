"""The sections of a lesson's notebook, by which its deck and its page point at each other.

A deck says `Section: 3`, or the words of a heading, under the title of a slide; this holds until another
slide says otherwise. A slide that bears a heading's own words begins that section without being told.
"""

import functools
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from . import markdown, source
from .errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
HEADING = re.compile(r'<h([1-4]) id="([^"]*)">(.*?)</h\1>', re.DOTALL)
HEAD = re.compile(r"## (?:(\d+)\. )?(Going further: )?(.+)")


@dataclass(frozen=True)
class Section:
    """A heading of the second level: where it is on the page, its number (None without one), its words.

    name: what a link says that has little room: `section 3`, `opening`, `going further` or `closing`.
    """

    id: str
    number: int | None
    words: str
    name: str


@functools.cache
def of(name):
    """The Sections of a lesson's notebook in their order; none where there is no such notebook."""
    path = ROOT / "notebooks" / "solutions" / f"{name}.ipynb"
    if not path.exists():
        return ()
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    lines = [line for text in texts for line in re.findall(r"^## .+$", text, re.MULTILINE)]
    md, found = markdown.parser(anchors=True), []
    for line in lines:
        id = md.parse(line, {"formulas": []})[0].attrs["id"]
        number, further, words = HEAD.fullmatch(line).groups()
        plain = "closing" if any(section.number for section in found) else "opening"
        name = f"section {number}" if number else "going further" if further else plain
        found.append(Section(id, number and int(number), words, name))
    return tuple(found)


def of_slides(slides, known):
    """For each Slide its Section, or None: what the slide says or is called, else what the one before has.

    Raises BuildError where a slide says a section that the notebook has not.
    """
    by_words = {_plain(section.words): section for section in known}
    by_words |= {str(section.number): section for section in known if section.number}
    current, found = None, []
    for slide in slides:
        if slide.section and known and _plain(slide.section) not in by_words:
            told = f"Section wants a number or the words of a heading; got {slide.section!r}."
            raise BuildError(f"slide {slide.number} ({slide.title}): {told}")
        current = by_words.get(_plain(slide.section or slide.title), current)
        found.append(current)
    return found


def _plain(words):
    return re.sub(r"[^a-z0-9 ]", "", words.lower()).strip()


def page_link(name, section, words):
    """A link from a deck to its lesson's page, at a Section, or at its top without one."""
    anchor = f'#{section.id}" title="{escape(section.words)}' if section else ""
    return f'<a href="../pages/{name}.html{anchor}">{escape(words)}</a>'


def notebook_link(name):
    """A link from a deck to its lesson's notebook, which an index has copied beside both."""
    return f'<a href="../notebooks/{name}.ipynb" download>Notebook</a>'


@functools.cache
def first_slides(name):
    """Where a deck begins each section of its lesson: {id of the heading: number of the slide}."""
    path = ROOT / "slides" / f"{name}.md"
    known = of(name)
    if not known or not path.exists():
        return {}
    _, slides = source.parse(path.read_text(encoding="utf-8"))
    first = {}
    for slide, section in zip(slides, of_slides(slides, known), strict=True):
        if section:
            first.setdefault(section.id, slide.number)
    return first
