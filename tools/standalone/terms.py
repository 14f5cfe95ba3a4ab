"""The glossary: docs/glossary/NN_name.toml holds the words that lesson NN introduces.

A line there is `"word" = "One plain sentence."`; the lesson's text says the word.
"""

import functools
import json
import re
import tomllib
from dataclasses import dataclass

from . import papers, sections

FOLDER = sections.ROOT / "docs" / "glossary"


@dataclass(frozen=True)
class Term:
    """A word, what it means, the NN_name of its lesson, and the id of the section that says it, or None."""

    word: str
    meaning: str
    lesson: str
    section: str | None

    @property
    def id(self):
        """Its anchor on the page."""
        return re.sub(r"[^a-z0-9]+", "-", papers.plain(self.word)).strip("-")

    @property
    def letter(self):
        """The letter under which it stands."""
        return papers.plain(self.word)[0].upper()


def abbreviations():
    """{word: its abbreviation} of those words of the glossary that have one: docs/abbreviations.toml."""
    text = (sections.ROOT / "docs" / "abbreviations.toml").read_text(encoding="utf-8")
    return {word: short for short, word in tomllib.loads(text).items()}


def gathered():
    """All Terms, by their words."""
    found = [
        Term(word, meaning, path.stem, place(word, path.stem))
        for path in sorted(FOLDER.glob("[0-9][0-9]_*.toml"))
        for word, meaning in tomllib.loads(path.read_text(encoding="utf-8")).items()
    ]
    return sorted(found, key=lambda term: papers.plain(term.word))


def place(word, lesson):
    """The id of the first section of a lesson that says a word in bold, or says it; None where none does."""
    for written in (r"\*\*[^*]*", ""):
        sought = pattern(word, written)
        for section, text in parts(lesson):
            if section and sought.search(text):
                return section.id
    return None


def pattern(word, before=""):
    """What finds a word, or its plural, in a text; an abbreviation only in its own letters."""
    spaced = re.escape(word).replace(r"\ ", r"[\s-]")
    flags = 0 if re.search("[A-Z]", word[1:]) else re.IGNORECASE
    return re.compile(rf"{before}(?<!\w){spaced}(?:s|es)?(?!\w)", flags)


@functools.cache
def parts(lesson):
    """A lesson's text as pairs (Section, words), without its papers; the first has None for a Section."""
    path = sections.ROOT / "notebooks" / "solutions" / f"{lesson}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    pieces = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    places = [None, *sections.of(lesson)]
    return [
        (section, " ".join(_without_papers(piece).split()))
        for section, piece in zip(places, pieces, strict=True)
    ]


def _without_papers(piece):
    start = papers.SAID.search(piece) or papers.HEADED.search(piece)
    return piece[: start.start()] if start else piece
