"""Handouts: a deck as a PDF, one page a slide, printed by a Chromium that shows nothing."""

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
# A PDF lies anywhere: a link to a neighbouring file would name this machine's folders.
CUT = """() => document.querySelectorAll("a[href]").forEach((link) => {
  if (!link.getAttribute("href").startsWith("https://")) link.removeAttribute("href");
})"""


def browser():
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_all(decks, folder):
    """Print each deck, a path of NN_name.html, to folder/NN_name.pdf, and yield that path.

    Raises BuildError where there is no Chromium.
    """
    path = browser()
    if path is None:
        raise BuildError("handouts are printed by Chromium: install Debian's `chromium`, or Chrome.")
    from playwright.sync_api import sync_playwright

    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for deck in decks:
            page = chromium.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{Path(deck).resolve().as_uri()}?print-pdf")
            page.wait_for_function(READY)
            page.evaluate(CUT)
            target = Path(folder) / f"{Path(deck).stem}.pdf"
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            page.close()
            yield target
        chromium.close()
