"""The papers that the lessons name at their end, once each, with the lessons that name them."""

from html import escape

from standalone import papers
from standalone.bibliography import paper as linked

TITLE = "Bibliography"


def body(site):
    """The papers by their first authors."""
    found = papers.gathered(site.lessons)
    items = "\n".join(
        f'<li id="{papers.identity(paper)}">{_item(paper, site.lessons)}</li>' for paper in found
    )
    return (
        f"<h1>{TITLE}</h1>\n<p>The {len(found)} papers that the lessons name at their end. A link leads to "
        f'the paper, at its publisher or arXiv, over a network.</p>\n<ul class="papers">\n{items}\n</ul>'
    )


def _item(paper, lessons):
    said = f"{escape(paper.authors)}, <cite>{escape(paper.title)}</cite>, {paper.year}."
    where = ", ".join(_lesson(name, lessons[name]["title"]) for name in sorted(paper.lessons))
    number = f" {linked(paper.identifier)}" if paper.identifier else ""
    return f'{said}{number} <span class="in">Lesson{"s" if len(paper.lessons) > 1 else ""} {where}</span>'


def _lesson(name, title):
    return f'<a href="pages/{name}.html" aria-label="{name[:2]} {escape(title)}">{name[:2]}</a>'
