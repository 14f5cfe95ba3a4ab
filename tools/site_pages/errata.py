"""What the source lectures misprint, as docs/errata.md lists it, with links to the lessons' pages."""

import re

import errata_page
from standalone import frame

TITLE = "Errata"
HEAD = """# Where the lectures misprint

What the source lectures print that does not hold, and what does. Each line is held by a test of the course,
in which the printed form fails.
"""
LESSON = re.compile(r"\]\(\.\./notebooks/(\w+)\.ipynb\)")
TEST = re.compile(r"^(\|.*\|)[^|\n]*\|$", re.MULTILINE)  # the last column: a site has no tests
SYMBOLS = errata_page.SYMBOLS.splitlines()[0]


def body(site):
    """The tables, lecture by lecture; the symbols have a page of their own."""
    text = errata_page.page(site.lessons).removeprefix(errata_page.HEAD).partition(SYMBOLS)[0]
    return frame.written(HEAD + LESSON.sub(r"](pages/\1.html)", TEST.sub(r"\1", text)))
