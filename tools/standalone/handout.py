"""Decks and exercise sheets as PDFs for paper, printed by a Chromium that shows nothing."""

import shutil
from pathlib import Path

from .errors import BuildError

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
READY = """window.Reveal && Reveal.isReady() && document.querySelector(".pdf-page") &&
  [...document.querySelectorAll(".live")].every((host) => host.dataset.ready)"""
FONTS = "document.fonts.status === 'loaded'"
A4 = {"format": "A4", "margin": {"top": "16mm", "bottom": "16mm", "left": "14mm", "right": "14mm"}}
# A PDF lies anywhere: a link to a neighbouring file would name this machine's folders.
CUT = """() => document.querySelectorAll("a[href]").forEach((link) => {
  if (!link.getAttribute("href").startsWith("https://")) link.removeAttribute("href");
})"""


def browser():
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_all(decks, folder):
    """Print each deck, a path of NN_name.html, to folder/NN_name.pdf, a slide a page, and yield that path.

    Raises BuildError where there is no Chromium.
    """
    yield from _printed(decks, folder, "?print-pdf", READY, {"prefer_css_page_size": True})


def print_sheets(sheets, folder):
    """Print each exercise sheet, a path of NN_name.html, to folder/NN_name.pdf on A4, and yield that path.

    Raises BuildError where there is no Chromium.
    """
    yield from _printed(sheets, folder, "", FONTS, A4)


def _printed(pages, folder, query, ready, paper):
    path = browser()
    if path is None:
        raise BuildError("handouts are printed by Chromium: install Debian's `chromium`, or Chrome.")
    from playwright.sync_api import sync_playwright

    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for source in pages:
            page = chromium.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{Path(source).resolve().as_uri()}{query}")
            page.wait_for_function(ready)
            page.evaluate(CUT)
            target = Path(folder) / f"{Path(source).stem}.pdf"
            page.pdf(path=target, print_background=True, tagged=True, outline=True, **paper)
            page.close()
            yield target
        chromium.close()
