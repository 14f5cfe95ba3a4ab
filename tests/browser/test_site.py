"""The site as it is handed out: links lead somewhere, nothing is asked for, and the keyboard is enough."""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import axe
import narrow
import needed
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import site_pages  # noqa: E402

PRINTED, LESSON = "00_start_here", "04_the_minimax_game"
OWN = ["index", *site_pages.found()]
pytestmark = pytest.mark.browser

SCRIPT = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
LINK, ID = re.compile(r'<a\b[^>]*?\shref="([^"]*)"'), re.compile(r'<[a-z][^>]*?\sid="([^"]*)"')
LOADED = re.compile(r'<(?:img|iframe|link|script|source|video)\b[^>]*?\s(?:src|href)="([^"]*)"')
SLIDE = re.compile(r'<section class="(?:title-)?slide"')


def built(variable, tool, folder):
    """The folder that tools/test.py names, else what the tool builds now."""
    if os.environ.get(variable):
        return Path(os.environ[variable])
    command = [sys.executable, f"tools/{tool}.py", "--out", str(folder / tool)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / tool


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The whole site in a folder, with the PDFs of one lesson."""
    needed.command("chromium", "google-chrome", "chromium-browser", advice="handouts are printed by it")
    folder = tmp_path_factory.mktemp("site")
    pages, slides = built("COURSE_PAGES", "pages", folder), built("COURSE_DECKS", "slides", folder)
    out = folder / "site"
    command = [sys.executable, "tools/site.py", "--out", out, "--pages", pages, "--slides", slides]
    done = subprocess.run([*command, "--handouts", PRINTED], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@functools.cache
def read(path):
    """A page's HTML without what its scripts and styles hold."""
    return SCRIPT.sub("", path.read_text(encoding="utf-8"))


@functools.cache
def anchors(path):
    """The places in a page that a link may name: its ids, and a deck's slides."""
    html = read(path)
    return {*map(unescape, ID.findall(html)), *(f"/{i}" for i in range(len(SLIDE.findall(html))))}


def broken(folder, page):
    """The links of a page that lead nowhere in the folder."""
    for link in map(unescape, LINK.findall(read(page))):
        address = urlsplit(link)
        if address.scheme == "https":
            continue
        target = (page.parent / unquote(address.path)).resolve() if address.path else page
        inside = not address.scheme and target.is_relative_to(folder.resolve()) and target.is_file()
        anchor = unquote(address.fragment)
        if not inside or (anchor and target.suffix == ".html" and anchor not in anchors(target)):
            yield f"{page.name}: {link}"


def test_every_link_leads_to_a_file_and_a_place_in_it(site):
    pages = sorted(site.resolve().rglob("*.html"))
    assert {path.parent.name for path in pages} >= {site.name, "pages", "slides", "exercises"}
    assert [fault for page in pages for fault in broken(site, page)] == []
    loaded = [link for page in pages for link in LOADED.findall(read(page))]
    assert all(link.startswith("data:") for link in loaded), [link[:80] for link in loaded]


def test_the_reader_of_links_sees_what_is_broken(tmp_path):
    (tmp_path / "b.html").write_text('<h2 id="here">H</h2><section class="slide"></section>')
    page = tmp_path / "a.html"
    good = ["b.html#here", "b.html#/0", "#top", "https://doi.org/10.1/x"]
    bad = ["b.html#there", "b.html#/1", "c.html", "../out.html", "http://a.org", "file:///etc/x"]
    links = "".join(f'<a class="x" href="{link}">l</a>' for link in [*good, *bad])
    page.write_text(f'<script>var x = \'<a href="no.html">\';</script><p id="top">{links}</p>')
    (tmp_path.parent / "out.html").write_text("outside")
    assert [fault.removeprefix("a.html: ") for fault in broken(tmp_path, page)] == bad


def test_page_deck_notebook_and_sheet_are_one_click_away_and_back(site):
    lessons = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
    index = set(LINK.findall(read(site / "index.html")))
    for name in lessons:
        page, deck = f"pages/{name}.html", f"slides/{name}.html"
        others = {f"notebooks/{name}.ipynb", f"exercises/{name}.html"}
        others |= {deck} if (ROOT / "slides" / f"{name}.md").exists() else set()
        assert {page} | others <= index
        from_page = set(LINK.findall(read(site / page)))
        assert {f"../{other}" for other in others} <= from_page
        assert {"../index.html", "../search.html", "../glossary.html"} <= from_page
        for back in others - {f"notebooks/{name}.ipynb"}:
            assert f"../{page}" in LINK.findall(read(site / back))
    assert {f"handouts/{PRINTED}.pdf", f"exercises/{PRINTED}.pdf"} <= index
    printed = {f"../handouts/{PRINTED}.pdf", f"../exercises/{PRINTED}.pdf"}
    assert printed <= set(LINK.findall(read(site / "pages" / f"{PRINTED}.html")))
    projects = sorted(path.stem for path in (ROOT / "notebooks" / "capstone" / "source").glob("p*.py"))
    assert len(projects) >= 6 and {f"pages/{name}.html" for name in projects} <= index
    assert "pages/p1_codes_worked.html" in index
    for name in projects:
        html = read(site / "pages" / f"{name}.html")
        assert "<table" in html[html.index('id="the-rubric"') :], "its rubric"


def test_every_page_says_its_language_and_title_and_has_a_way_past_the_links(site):
    titles = {}
    for path in sorted(site.rglob("*.html")):
        html = path.read_text(encoding="utf-8")
        assert html.startswith('<!doctype html>\n<html lang="en">'), path
        assert len(re.findall(r"<main\b", read(path))) == 1, path
        titles.setdefault(re.search(r"<title>(.+?)</title>", html)[1], []).append(path.name)
        if path.parent.name != "slides":
            assert read(path).count('<a class="skip" href="#main">') == 1, path
            assert '<main id="main" tabindex="-1"' in html, path
        if path.parent == site:
            assert "Content-Security-Policy\" content=\"default-src 'none'" in html, path
    assert [names for names in titles.values() if len({*names}) > 1] == []


def test_a_handout_has_a_page_a_slide_and_names_no_folder_of_this_machine(site):
    pdf = (site / "handouts" / f"{PRINTED}.pdf").read_bytes()
    slides = len(SLIDE.findall(read(site / "slides" / f"{PRINTED}.html")))
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == slides
    assert b"file:" not in pdf and str(ROOT).encode() not in pdf and b"https://doi.org/" in pdf


def test_a_sheet_is_printed_on_a4_whole_and_names_no_folder_of_this_machine(site):
    pdf = (site / "exercises" / f"{PRINTED}.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert len(boxes) >= 2, "five exercises and their guesses need more than a page"
    assert all(abs(float(width) - 595) < 1 and abs(float(height) - 842) < 1 for width, height in boxes)
    assert b"file:" not in pdf and str(ROOT).encode() not in pdf
    assert b"/StructTreeRoot" in pdf and b"/Lang" in pdf, "a screen reader finds its order and its language"


WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
STOPS = """() => [...document.querySelectorAll("main :is(pre, .scroll, .math)")].filter(
  (node) => node.scrollWidth > node.clientWidth + 1 && node.tabIndex !== 0).length"""


@pytest.mark.parametrize(
    "name", [*OWN, f"exercises/{LESSON}", "pages/p2_trick", f"pages/{LESSON}"], ids=lambda name: name
)
def test_a_page_of_the_site_is_whole_asks_for_nothing_and_axe_finds_nothing_serious(page, site, name):
    page.goto((site / f"{name}.html").as_uri())
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate(WIDE) <= 0, width
        page.evaluate(NEXT_FRAME)
        assert page.evaluate(STOPS) == 0, width
        assert width > 640 or page.evaluate(narrow.CELLS_OUTSIDE) == []
    assert axe.faults(page) == []
    assert axe.faults_in_dark(page) == []
    assert page.problems == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requests), page.requests


@pytest.mark.parametrize("name", ["errata", "notation", "projects"])
def test_on_a_narrow_screen_every_column_of_a_table_of_words_is_in_sight(page, site, name):
    page.set_viewport_size({"width": 390, "height": 720})
    page.goto((site / f"{name}.html").as_uri())
    assert page.locator("main table").count() == page.locator("main .stacked").count() >= 1
    assert page.evaluate(narrow.CELLS_OUTSIDE) == []
    wide = "nodes => nodes.filter((node) => node.scrollWidth > node.clientWidth + 1).length"
    assert page.eval_on_selector_all("main .scroll", wide) == 0
    page.set_viewport_size({"width": 1280, "height": 720})
    shown = "node => getComputedStyle(node).display"
    assert page.locator("main .stacked td").first.evaluate(shown) == "table-cell"


def test_the_first_key_leads_past_the_links(page, site):
    page.goto((site / "glossary.html").as_uri())
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the text" and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_search_of_the_index_finds_a_word_by_keyboard_and_leads_to_its_place(page, site):
    page.goto((site / "index.html").as_uri())
    page.locator("#q").fill("frechet dist")  # without the accent, and with half a word
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=frechet+dist")
    assert page.locator("[role=status]").inner_text().split()[1] == "found."
    results = page.locator(".found a")
    assert results.first.inner_text() == "Fréchet distance"
    where = page.locator(".found .where").all_inner_texts()
    assert any(text.startswith("Deck of lesson 05") for text in where)
    assert any(text.startswith("Page of lesson 08") for text in where)
    assert page.locator(".found mark").first.inner_text().lower() in ("fréchet", "dist")
    targets = results.evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    for target in targets:
        path, _, anchor = target.partition("#")
        assert unquote(anchor) in anchors((site / path).resolve()), target
    page.locator("#q").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator(":focus").inner_text() == "Fréchet distance"
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#frechet-distance")
    assert page.problems == []


def test_what_is_typed_is_looked_for_as_it_stands_and_never_becomes_html(page, site):
    page.goto((site / "search.html").as_uri())
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("posterior collapse")
    assert page.locator(".found a").first.inner_text() == "posterior collapse"
    page.locator("#q").fill("optimal_discriminator")  # a name of the code
    assert any("lesson 04" in text for text in page.locator(".found .where").all_inner_texts())
    for odd in ("<img src=x onerror=alert(1)>", "[a-", "\\d", "zzzzqqq"):
        page.locator("#q").fill(odd)
        assert page.locator("[role=status]").inner_text().startswith("Nothing found"), odd
    page.locator("#q").fill("( posterior ) collapse")  # what is no word is not looked for
    assert page.locator(".found a").first.inner_text() == "posterior collapse"
    page.keyboard.press("Escape")
    page.locator("#q").fill("")
    assert page.locator("[role=status]").inner_text() == "" and page.locator(".found li").count() == 0
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q" and page.locator("#q").input_value() == ""
    assert page.locator(".found img").count() == 0 and page.problems == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("KL", "Kullback-Leibler divergence"),
        ("elbo", "evidence lower bound"),
        ("score", "score"),
        ("FID", "Fréchet distance"),
    ],
)
def test_a_word_of_the_glossary_comes_first_where_it_or_its_abbreviation_is_typed(page, site, typed, first):
    page.goto((site / "search.html").as_uri())
    page.locator("#q").fill(typed)
    assert page.locator(".found a").first.inner_text() == first


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reparametrisaton", "reparameterisation"),
        ("guidence", "guidance"),
        ("gudiance", "guidance"),
        ("Guidence scael", "guidance scale"),
    ],
)
def test_a_slip_of_the_hand_is_answered_by_the_nearest_word(page, site, typed, meant):
    page.goto((site / "search.html").as_uri())
    page.locator("#q").fill(typed)
    assert page.locator("[role=status]").inner_text() == f"Nothing found. Did you mean {meant}?"
    assert page.locator(".found li").count() == 0
    page.locator("[role=status] a").press("Enter")
    assert page.locator("#q").input_value() == meant and page.locator(".found li").count() >= 1
    assert page.evaluate("document.activeElement.id") == "q" and page.problems == []
    page.locator("#q").fill("qzqzqz guidance")
    assert page.locator("[role=status] a").count() == 0, "nothing is near"


def test_what_only_the_speaker_says_is_called_that(page, site):
    page.goto((site / "search.html").as_uri())
    page.locator("#q").fill("typical mistakes")
    said = page.locator(".found li", has_text="Deck of lesson").first.locator("p").last.inner_text()
    assert said.startswith("In the notes: ")


def test_every_entry_of_the_search_leads_to_a_place_that_is_there(page, site):
    page.goto((site / "search.html").as_uri())
    urls = page.evaluate("() => JSON.parse(document.getElementById('entries').textContent).map((e) => e.url)")
    assert len(urls) > 1000
    wrong = []
    for url in urls:
        path, _, anchor = url.partition("#")
        wrong += [url] if unquote(anchor) not in anchors((site / path).resolve()) else []
    assert wrong == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static host that writes no log."""

    def log_message(self, *arguments):
        """Say nothing."""


def test_it_works_the_same_from_a_static_host(page, site):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_port}/"
        page.goto(home)
        page.locator("#q").fill("wasserstein")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=wasserstein")
        page.locator(".found a").first.click()
        page.wait_for_url("**/*.html#*")
        page.goto(f"{home}pages/{LESSON}.html")
        page.locator("header a", has_text="Deck").click()
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        server.shutdown()
    wanted = [url for url in page.requests if not url.startswith(("data:", "blob:"))]
    assert all(url.startswith(home) for url in wanted), wanted
    assert {urlsplit(url).path for url in wanted} - {"/favicon.ico"} <= {
        f"/{path.relative_to(site)}" for path in site.rglob("*.html")
    } | {"/"}


def test_it_prints_light_and_without_its_links_to_elsewhere(page, site):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto((site / "glossary.html").as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("header").is_visible() and page.locator("dt").first.is_visible()
