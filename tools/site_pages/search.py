"""The search: a field, and beside it all that can be found, inside the page."""

from pathlib import Path

from standalone import frame, search

TITLE = "Search"
SCRIPT = (Path(frame.__file__).parent / "search.js").read_text(encoding="utf-8")


def body(site):
    """The field, the list that SCRIPT fills, and the entries of standalone/search.py."""
    found = search.entries(site.lessons, site.projects)
    return (
        f"<h1>{TITLE}</h1>\n"
        '<form class="search" role="search"><label for="q">Words</label>'
        '<input id="q" name="q" type="search" autocomplete="off" aria-describedby="how">'
        "<button>Search</button></form>\n"
        f'<p id="how">Looks through {len(found)} sections, slides, words and papers, in this page and '
        "nowhere else. <kbd>↓</kbd> and <kbd>↑</kbd> go from result to result, "
        "<kbd>/</kbd> back to the field.</p>\n"
        "<noscript><p>The search needs JavaScript, which is switched off here.</p></noscript>\n"
        '<p role="status"></p>\n<ol class="found"></ol>\n'
        f'<script type="application/json" id="entries">{search.as_json(found)}</script>'
    )
