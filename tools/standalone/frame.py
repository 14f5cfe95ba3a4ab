"""What the course's site has around each of its own pages: head, way in, places to go, and no request."""

from html import escape
from pathlib import Path

from . import live, markdown, tex

HERE = Path(__file__).resolve().parent
SHEETS = ("theme.css", "page.css", "site.css")
LANGUAGE = "en"
SKIP = '<a class="skip" href="#main">Skip to the text</a>\n'
# What is inside the file may run and be shown; nothing else is asked for.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'"
)


def nav(places, here=""):
    """Links to a site's places, {address: words}, for the top of a page; here: the page's own address."""
    links = [
        f'<a href="{escape(address)}"{_current(address == here)}>{escape(words)}</a>'
        for address, words in places.items()
    ]
    return f'<header><nav aria-label="Site">{" ".join(links)}</nav></header>\n' if links else ""


def _current(here):
    return ' aria-current="page"' if here else ""


def written(text):
    """Markdown as HTML whose headings have ids, its formulas set; BuildError where one does not parse."""
    env = {"formulas": []}
    return tex.fill(markdown.parser(anchors=True).render(text, env), env["formulas"])


def page(title, body, places=None, here="", script=""):
    """A whole file; body: the HTML of its main part, without the element; script: JavaScript at its end."""
    sheets = "".join((HERE / name).read_text(encoding="utf-8") for name in SHEETS)
    codes = [(HERE / "page.js").read_text(encoding="utf-8"), script]
    code = "".join(f'<script type="module">\n{live.inline_script(one)}</script>\n' for one in codes if one)
    return (
        f'<!doctype html>\n<html lang="{LANGUAGE}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{sheets}{tex.css(body)}</style>\n</head>\n<body>\n"
        f'{SKIP}{nav(places or {}, here)}<main id="main" tabindex="-1">\n{body}\n</main>\n'
        f"{code}</body>\n</html>\n"
    )
