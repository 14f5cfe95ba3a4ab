"""The last slides of a deck: the lectures it is built on, and the papers, each with a link to its DOI."""

import re
from html import escape

# What a paper ends with; arXiv gives every paper a DOI of its own.
ID = re.compile(r"\b(?:doi:(10\.\d{4,9}/\S+)|arXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7}))$")
LINE, ITEM, HEADING, ROOM = 38, 10, 66, 550  # pixels of a line, below an item, of a heading, of a slide
WIDTH = 68  # characters of a line, in a wide font


def paper(text):
    """A paper's line in HTML: what it ends with, `arXiv:1406.2661` or `doi:10.1109/18.61115`, is a link."""
    found = ID.search(text)
    if not found:
        return escape(text)
    doi = found[1] or f"10.48550/arXiv.{found[2]}"
    return f'{escape(text[: found.start()])}<a href="https://doi.org/{escape(doi)}">{escape(found[0])}</a>'


def slides(meta, foot):
    """The section elements of the sources, as many as they need; foot: the words at their foot, in HTML."""
    items = [("Lectures", text, escape(text)) for text in meta["cites"]]
    items += [("Papers", text, paper(text)) for text in meta.get("papers") or []]
    pages, left, last = [], 0, None
    for heading, text, html in items:
        height = LINE * -(-len(text) // WIDTH) + ITEM
        needed = height + (HEADING if heading != last else 0)
        if needed > left:
            pages.append({})
            left, needed = ROOM, height + HEADING
        pages[-1].setdefault(heading, []).append(html)
        left, last = left - needed, heading
    return [_section(page, i, len(pages), foot) for i, page in enumerate(pages or [{}], start=1)]


def _section(page, number, count, foot):
    title = f"Sources, {number} of {count}" if count > 1 else "Sources"
    lists = "".join(
        f"<h3>{heading}</h3>\n<ul>{''.join(f'<li>{item}</li>' for item in listed)}</ul>\n"
        for heading, listed in page.items()
    )
    return (
        f'<section class="slide">\n<header><h2>{title}</h2></header>\n'
        f'<div class="body sources">{lists}</div>\n<footer><span>{foot}</span></footer>\n</section>'
    )
