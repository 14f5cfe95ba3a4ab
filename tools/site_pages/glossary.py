"""The words of the field, each in one sentence, with the section of the lesson that introduces it."""

from html import escape
from itertools import groupby

from standalone import terms

TITLE = "Glossary"


def body(site):
    """The words by their first letters."""
    groups = [(letter, list(words)) for letter, words in groupby(terms.gathered(), lambda term: term.letter)]
    letters = " ".join(f'<a href="#letter-{escape(letter)}">{escape(letter)}</a>' for letter, _ in groups)
    parts = [
        f"<h1>{TITLE}</h1>\n<p>What the words of the course mean, and where each is introduced.</p>\n"
        f'<nav class="letters" aria-label="Letters">{letters}</nav>'
    ]
    for letter, words in groups:
        listed = "\n".join(_entry(term, site.lessons) for term in words)
        parts.append(
            f'<h2 id="letter-{escape(letter)}">{escape(letter)}</h2>\n<dl class="terms">\n{listed}\n</dl>'
        )
    return "\n".join(parts)


def _entry(term, lessons):
    place = f"pages/{term.lesson}.html" + (f"#{term.section}" if term.section else "")
    title = escape(f"{term.lesson[:2]} {lessons[term.lesson]['title']}")
    return (
        f'<dt id="{term.id}">{escape(term.word)}</dt>\n'
        f"<dd>{escape(term.meaning)} "
        f'<a href="{place}" aria-label="{title}, on {escape(term.word)}">{title}</a></dd>'
    )
