"""How long a lesson's main line is: what is neither collapsed nor under a heading with "Going further" in it.

`python tools/main_line.py [NAME ...]` prints words of prose and lines of code for each lesson, and how many
words come before the first thing to touch or to watch.
"""

import re
import sys
from pathlib import Path

import jupytext

SOURCE = Path(__file__).resolve().parent.parent / "notebooks" / "source"
COLLAPSED = "hide-input"
FURTHER = "Going further"
MAX_WORDS, MAX_LINES = 2_500, 350
HEADING = re.compile(r"^(#+) +(.*)$", re.MULTILINE)


def cells(path):
    """The cells of the main line, in order."""
    depth = None  # of the heading under which everything is further reading
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            for marks, title in HEADING.findall(cell.source):
                if depth is None or len(marks) <= depth:
                    depth = len(marks) if FURTHER in title else None
        if depth is None and COLLAPSED not in cell.metadata.get("tags", []):
            yield cell


def words(text):
    """How many words a text has; a formula counts as one, the marks of headings and tables as none."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " formula ", text, flags=re.DOTALL)
    return len(re.findall(r"[^\s|#*_`-][^\s|]*", text))


def lines(code):
    """How many lines of a cell hold code."""
    code = re.sub(r'"""(.|\n)*?"""', '""', code)
    return sum(1 for line in code.split("\n") if line.strip() and not line.strip().startswith("#"))


def measure(path):
    """(words, lines) of the main line of a source."""
    kept = list(cells(path))
    return (
        sum(words(cell.source) for cell in kept if cell.cell_type == "markdown"),
        sum(lines(cell.source) for cell in kept if cell.cell_type == "code"),
    )


def before_the_first_output(path):
    """The words that a reader passes before the first cell that shows something to touch or to watch."""
    passed = 0
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            passed += words(cell.source)
        elif re.search(r"\bshow\(|\bplay\(|\bwatch=|^[A-Z]\w+\(", cell.source, flags=re.MULTILINE):
            return passed
    return passed


def main(names):
    """Print the table; status 1 where a lesson is longer than it may be."""
    long = False
    for path in sorted(SOURCE.glob("[0-9][0-9]_*.py")):
        if names and path.stem not in names and path.stem[:2] not in names:
            continue
        text, code = measure(path)
        long = long or text > MAX_WORDS or code > MAX_LINES
        print(f"{path.stem}: {text:,} words, {code} lines; {before_the_first_output(path)} words first")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
