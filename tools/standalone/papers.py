"""The papers that lessons name at their end, gathered: who, what, when, in which lessons, and where it is.

A notebook writes `Authors, *title*, year` under "Papers"; a deck writes its papers in fewer words, and with a
DOI or a number of arXiv. Both are one paper where the first author and the year agree, and a word of the
title, or where the lesson has only one by that author in that year.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field

from . import bibliography, sections, source

SAID, HEADED = re.compile(r"\*\*Papers\.\*\*"), re.compile(r"^#+ .*\bpapers\b[^\n]*\n", re.MULTILINE)
ENTRY = re.compile(r"([^*]*)\*([^*]+)\*(?:, (\d{4}))?(?: \([^)]*\))?[.,]?")
# Before the title of a deck's line: one name, two, three, or one "et al.".
AUTHORS = re.compile(r"(?:[^,]+, [A-Z][\w-]+ and [A-Z][\w-]+|[^,]+), ")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
SMALL = {"a", "an", "and", "by", "for", "from", "in", "is", "its", "of", "on", "the", "to", "what", "with"}


@dataclass
class Paper:
    """A paper: authors, title and year as words, its identifier (`arXiv:...`, or None), and its lessons."""

    authors: str
    title: str
    year: str
    identifier: str | None = None
    lessons: list = field(default_factory=list)

    @property
    def first(self):
        """The first author's surname, in small letters."""
        return re.split(r",| and | et al", self.authors)[0].strip().lower()


def of_notebook(name):
    """The Papers that the executed notebook of a lesson names, in its order."""
    path = sections.ROOT / "notebooks" / "solutions" / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return [paper for text in texts for paper in in_text(text, name)]


def in_text(text, lesson):
    """The Papers under the word "papers" in a text; the first paragraph that names some ends them."""
    start = SAID.search(text) or HEADED.search(text)
    for paragraph in re.split(r"\n\s*\n", text[start.end() :]) if start else ():
        found = _entries(" ".join(paragraph.split()), lesson)
        if found:
            return found
    return []


def _entries(line, lesson):
    found, authors = [], ""
    for said, title, year in ENTRY.findall(line):
        said = said.strip(" ,").removeprefix(". ")
        authors = authors if said == "and" else said  # "X, *one*, 2022, and *another*, 2024."
        year = year or (YEAR.search(title) or [""])[0]
        if year and authors:
            found.append(Paper(authors, title, year, lessons=[lesson]))
    return found


def of_deck(name):
    """The Papers that the front matter of a lesson's deck lists."""
    path = sections.ROOT / "slides" / f"{name}.md"
    if not path.exists():
        return []
    meta, _ = source.front_matter(path.read_text(encoding="utf-8"))
    return [_of_line(line, name) for line in meta.get("papers") or []]


def _of_line(line, lesson):
    found = bibliography.ID.search(line)
    said = line[: found.start()].strip(" .") if found else line
    authors, year = AUTHORS.match(said)[0], YEAR.findall(said)[-1]
    title = said[len(authors) : said.rindex(year)].strip(" ,")
    return Paper(authors.removesuffix(", "), title, year, found and found[0], [lesson])


def gathered(names):
    """All Papers of the lessons of these names, each once, by first author and year."""
    found = []
    for name in names:
        mine = _matched(of_notebook(name), of_deck(name))
        for paper in mine:
            same = next((one for one in found if _same(one, paper)), None)
            if same is None:
                found.append(paper)
            else:
                same.lessons += paper.lessons
                same.identifier = same.identifier or paper.identifier
                if len(paper.title) > len(same.title):
                    same.title, same.authors = paper.title, paper.authors
    return sorted(found, key=lambda paper: (plain(paper.first), paper.year, paper.title))


def _matched(full, brief):
    """The papers of a notebook with the identifiers of its deck, and those that only the deck has."""
    left, open_ = list(brief), list(full)
    for least in (1, 0):  # by the words of the titles first; then by author and year, where one is left
        pairs = [(shared(a, b), a, b) for a in open_ for b in left if _alike(a, b)]
        for count, a, b in sorted(pairs, key=lambda pair: -pair[0]):
            alone = sum(a is one for _, one, _ in pairs) == sum(b is one for _, _, one in pairs) == 1
            if a in open_ and b in left and (count >= least if least else alone):
                a.identifier = b.identifier
                open_.remove(a)
                left.remove(b)
    return full + left


def _alike(a, b):
    years = abs(int(a.year) - int(b.year))
    return a.first == b.first and (years == 0 or (years == 1 and shared(a, b) > 1))


def _same(one, other):
    """Whether papers of two lessons are one; a lesson does not name a paper twice."""
    if one.identifier and other.identifier:
        return one.identifier == other.identifier
    if not _alike(one, other) or {*one.lessons} & {*other.lessons}:
        return False
    within = words(one.title) <= words(other.title) or words(other.title) <= words(one.title)
    return within or shared(one, other) > 1


def identity(paper):
    """A paper's anchor on a page: its first author, its year, and the first words of its title."""
    said = plain(f"{paper.first} {paper.year} {paper.title}")
    return "-".join(re.findall(r"[a-z0-9]+", said)[:6])


def shared(one, other):
    """How many words that say something the titles of two papers share."""
    return len(words(one.title) & words(other.title))


def words(title):
    """The words of a title that say what it is about, in small letters."""
    return {word for word in re.findall(r"\w[\w+]*", title.lower()) if word not in SMALL}


def plain(text):
    """A text by which to sort: in small letters, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
