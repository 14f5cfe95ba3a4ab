"""Exercise sheets: what the student's notebook of a lesson asks, without outputs and without answers."""

import copy
import re

import nbformat

from . import notebook, sections

OPEN = ("...  # your code here", "...  # your guess")
SECTION = re.compile(r"^## .*$", re.MULTILINE)
HEADING = re.compile(r"^##+ ", re.MULTILINE)
EXHIBIT = re.compile(r"^\*\*Exhibit ", re.MULTILINE)


def build(name, title, places=None):
    """The sheet of a lesson as the text of one HTML page; places: what stands above it, {address: words}.

    It is made of the student's notebook, which holds no answers: each cell with a blank, and what it asks.
    """
    path = sections.ROOT / "notebooks" / f"{name}.ipynb"
    sheet = nbformat.read(path, as_version=4)
    said = f"# {name[:2]} {title}: exercises\n\nWhat the notebook of this lesson asks. There, checks answer."
    sheet.cells = [nbformat.v4.new_markdown_cell(said), *asked(sheet.cells)]
    made = notebook.convert(sheet, name, executed=False, places=places)
    return made.replace('class="handed"', 'class="handed sheet"', 1)


def asked(cells):
    """The cells with a blank, each behind the words that stand before it, under their section's heading.

    What is to be mended may be asked some cells after what it is: then its exhibit stands there, too.
    """
    found, words, exhibit, heading, shown = [], [], [], None, None
    for cell in cells:
        if cell.cell_type == "markdown":
            words = [cell]
            if HEADING.search(cell.source) or EXHIBIT.search(cell.source):
                exhibit = [cell] if EXHIBIT.search(cell.source) else []
            heading = (SECTION.findall(cell.source) or [heading])[-1]
        elif any(blank in cell.source for blank in OPEN):
            above = [] if exhibit == words else exhibit
            words = [_from_heading(word) for word in above + words]
            if heading != shown and not any(heading in word.source for word in words):
                found.append(nbformat.v4.new_markdown_cell(heading))
            found += [*words, cell]
            words, exhibit, shown = [], [], heading
    return found


def _from_heading(cell):
    """The cell from its last heading of a section on; the words above that end another section.

    Where it has none, from its exhibit on: the words above that say what became of the exhibit before.
    """
    starts = [match.start() for match in HEADING.finditer(cell.source)]
    starts = starts or [match.start() for match in EXHIBIT.finditer(cell.source)]
    short = copy.copy(cell)
    short.source = cell.source[starts[-1] :] if starts else cell.source
    return short
