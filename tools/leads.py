"""Where a notebook leads: its links to files, and how its page and its deck are made."""

import re
from pathlib import Path

SLIDES = Path(__file__).resolve().parent.parent / "slides"
FILE_LINK = re.compile(r"\]\((?=[\w./-]+\.\w+[#)])")  # in Markdown, to a file beside or below


def from_below(text):
    """Markdown with its links to files as a notebook one folder further down needs them."""
    return FILE_LINK.sub("](../", text)


def to_page_and_deck(name):
    """The paragraph with which a student's notebook says how to get both; "" for one without a deck.

    It holds no link: they lie in build/, and only once somebody has built them.
    """
    if not (SLIDES / f"{name}.md").exists():
        return ""
    how = f"`make pages slides NAME={name}`, in the course's folder, writes this lesson's page,"
    return (
        f"\n\n**Page and deck:** {how}\nwith all answers and results, and its lecture to `build/` (it needs "
        "Node.js). There `index.html` leads to both."
    )
