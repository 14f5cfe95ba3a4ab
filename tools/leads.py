"""Where a notebook leads: its links to files."""

import re

FILE_LINK = re.compile(r"\]\((?=[\w./-]+\.\w+[#)])")  # in Markdown, to a file beside or below


def from_below(text):
    """Markdown with its links to files as a notebook one folder further down needs them."""
    return FILE_LINK.sub("](../", text)
