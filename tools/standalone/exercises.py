"""Exercise sheets: what the student's notebook of a lesson asks, without outputs and without answers."""

import ast
import copy
import re

import nbformat

from . import notebook, sections

OPEN = ("...  # your code here", "...  # your guess")
ABOUT = (
    "What the notebook of this lesson asks. There, checks answer. Words such as *above* or *the figure* "
    "point into the notebook, which shows what they mean."
)
JUDGING = {"exhibit", "judged", "reveal", "verdict"}
SECTION = re.compile(r"^## .*$", re.MULTILINE)
HEADING = re.compile(r"^##+ ", re.MULTILINE)
EXHIBIT = re.compile(r"^\*\*Exhibit ", re.MULTILINE)


def build(name, title, places=None):
    """The sheet of a lesson as the text of one HTML page; places: what stands above it, {address: words}.

    It is made of the student's notebook, which holds no answers: each cell with a blank, and what it asks.
    """
    path = sections.ROOT / "notebooks" / f"{name}.ipynb"
    sheet = nbformat.read(path, as_version=4)
    said = f"# {name[:2]} {title}: exercises\n\n{ABOUT}"
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
        elif _is_open(cell.source):
            above = [] if exhibit == words else exhibit
            words = [_from_heading(word) for word in above + words]
            if heading != shown and not any(heading in word.source for word in words):
                found.append(nbformat.v4.new_markdown_cell(heading))
            found += [*words, _without_judge(cell)]
            words, exhibit, shown = [], [], heading
    return found


def _without_judge(cell):
    """The cell up to its last statement with a blank, where what follows judges the answer."""
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:  # a line that only IPython reads
        return cell
    lines = cell.source.splitlines()
    texts = ["\n".join(lines[one.lineno - 1 : one.end_lineno]) for one in statements]
    last = max((i for i, text in enumerate(texts) if _is_open(text)), default=len(texts))
    after = [node for one in statements[last + 1 :] for node in ast.walk(one)]
    if not JUDGING & {node.id for node in after if isinstance(node, ast.Name)}:
        return cell
    short = copy.copy(cell)
    short.source = "\n".join(lines[: statements[last].end_lineno])
    return short


def _is_open(text):
    return any(blank in text for blank in OPEN)


def _from_heading(cell):
    """The cell from its last heading of a section on; the words above that end another section.

    Where it has none, from its exhibit on: the words above that say what became of the exhibit before.
    """
    starts = [match.start() for match in HEADING.finditer(cell.source)]
    starts = starts or [match.start() for match in EXHIBIT.finditer(cell.source)]
    short = copy.copy(cell)
    short.source = cell.source[starts[-1] :] if starts else cell.source
    return short
