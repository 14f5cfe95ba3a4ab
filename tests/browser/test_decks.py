"""The decks as an audience meets them: opened from the file system, looked at, played with, printed."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import axe
import canvas_texts
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from standalone import deck, reveals, sections, source  # noqa: E402

SHOWN = ("figure", "widget")
DECKS = sorted(path.stem for path in (ROOT / "slides").glob("[0-9][0-9]_*.md"))
pytestmark = pytest.mark.browser

SMALL = """---
title: Small
lesson: "99"
cites: [A lecture]
---

## One

+ first
+ second

Note (2 min): Say hello.

## Two
Cut: 45

```python widget alt="A bar that the arrow keys move."
import anywidget
import traitlets

class Bar(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el }) {
      const canvas = document.createElement("canvas");
      canvas.tabIndex = 0; canvas.width = 400; canvas.height = 100;
      const summary = document.createElement("p");
      const slider = document.createElement("input");
      slider.type = "range"; slider.ariaLabel = "how fast";
      el.append(canvas, summary, slider);
      const draw = () => {
        const pen = canvas.getContext("2d");
        pen.fillStyle = "#0072B2";
        pen.clearRect(0, 0, 400, 100);
        pen.fillRect(0, 0, 40 * model.get("x"), 100);
        summary.textContent = `x is ${model.get("x")}`;
      };
      model.on("change:x", draw);
      canvas.addEventListener("keydown", (event) => {
        if (event.key === "ArrowRight") { model.set("x", model.get("x") + 1); model.save_changes(); }
      });
      draw();
    } };
    '''
    x = traitlets.Int(2).tag(sync=True)

Bar()
```

## Three

::: vote B
- one
- two
:::
"""

# What stands outside the slide, or over its foot, in slide coordinates (the viewport is the slide's size).
OUTSIDE = """section => {
  const foot = section.querySelector("footer").getBoundingClientRect().top;
  const nodes = [...section.querySelectorAll("header *, .body *")].filter(
    (node) => !node.closest(".katex-mathml, noscript, svg") && node.getBoundingClientRect().width > 0);
  return nodes.filter((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    return left < -1 || right > 1281 || top < -1 || bottom > foot + 1;
  }).map((node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`);
}"""

SMALL_TEXT = """section => {
  const walker = document.createTreeWalker(section.querySelector(".body"), NodeFilter.SHOW_TEXT);
  const small = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest(".katex, .live, noscript, code")) continue;
    if (parseFloat(getComputedStyle(parent).fontSize) < 28) small.push(node.data);
  }
  return small;
}"""

INK = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""

# What a room would see before it has voted, in words: the section has just been opened, no key pressed.
BEFORE = """section => {
  const all = (tags) => [...section.querySelectorAll(tags)], at_once = (node) => !node.closest(".fragment");
  const shown = (node) => getComputedStyle(node).visibility === "visible" && node.getClientRects().length;
  const asks = /^(predict|quiz)/i.test(section.querySelector("h1, h2").textContent);
  const words = all(".body p, .body li").filter(at_once);
  const last = (pattern) => words.filter((node) => pattern.test(node.textContent.trim())).pop();
  const question = all(".body .vote li").pop() ?? last(/predict[.:]/i) ?? (asks ? last(/\\?$/) : undefined);
  const behind = (node) => question?.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  const answers = all(".body :is(p, li, tr, img, pre, .live)").filter(at_once).filter(behind);
  const marked = (list) => new Set([...list.children].map((option) => getComputedStyle(option).background));
  return [
    ...all(".body .vote ol").filter((list) => marked(list).size > 1).map(() => "the right option is marked"),
    ...all(".body .fragment").filter(shown).map((node) => `before its key: ${node.textContent}`),
    ...answers.map((node) => `behind the question: ${node.tagName} ${node.textContent}`),
    ...(asks && !question && !all(".body .fragment").length ? ["no answer waits"] : []),
  ];
}"""

# Step through the section's fragments; what is wrong with the steps.
STEPS = """section => {
  const shown = (node) => getComputedStyle(node).visibility === "visible" && node.getClientRects().length;
  const says = (node) => node.matches("img, canvas, .live") || [...node.childNodes].some(
    (text) => text.nodeType === Node.TEXT_NODE && text.data.trim());
  const wrong = [];
  while (Reveal.nextFragment()) {
    const now = [...section.querySelectorAll(".current-fragment, .current-fragment *")];
    if (!now.some((node) => shown(node) && says(node))) wrong.push("a key shows nothing");
  }
  const hidden = [...section.querySelectorAll(".body .fragment")].filter((node) => !shown(node));
  return [...wrong, ...hidden.map((node) => `never shown: ${node.textContent}`)];
}"""

LEAST = 20  # px, of a widget's text in the slide's own 1280 x 720

# Formulas in a line of text that reach out of the box they stand in.
CUT_MATHS = """section => [...section.querySelectorAll(".katex")].filter((maths) => {
  let box = maths.parentElement;
  while (getComputedStyle(box).display.startsWith("inline")) box = box.parentElement;
  const { width, right } = maths.getBoundingClientRect();
  return width && !maths.closest(".katex-display") && right > box.getBoundingClientRect().right + 2;
}).map((maths) => maths.querySelector("annotation")?.textContent ?? maths.textContent)"""

NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder with every deck of slides/, built as `make slides` builds them, or just built by that."""
    if os.environ.get("COURSE_DECKS"):  # tools/test.py sets it where its part "decks" has run
        return Path(os.environ["COURSE_DECKS"])
    folder = tmp_path_factory.mktemp("decks")
    command = [sys.executable, "tools/slides.py", "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The small deck above, built."""
    path = tmp_path_factory.mktemp("small") / "99_small.md"
    path.write_text(SMALL, encoding="utf-8")
    target = path.with_suffix(".html")
    target.write_text(deck.build(path), encoding="utf-8")
    return target


def open_deck(page, path, query=""):
    page.goto(path.as_uri() + query)
    page.wait_for_function("window.Reveal && Reveal.isReady()")


def walk(page):
    """Show every slide with all its fragments; yields (number, section) once its widgets are drawn."""
    sections = page.query_selector_all(".slides > section")
    for i, section in enumerate(sections):
        page.evaluate("i => Reveal.slide(i, 0, 999)", i)
        for live in section.query_selector_all(".live"):
            live.wait_for_selector("xpath=self::*[@data-ready='true']")
        yield i + 1, section


@pytest.mark.parametrize("name", DECKS)
def test_what_waits_for_a_key_waits_and_no_answer_comes_before_the_vote(page, built, name):
    _, slides = source.parse((ROOT / "slides" / f"{name}.md").read_text(encoding="utf-8"))
    open_deck(page, built / f"{name}.html")
    page.add_style_tag(content=".fragment { transition: none !important; }")
    for slide, section in zip(slides, page.query_selector_all(".slides > section"), strict=False):
        where = f"{name}, slide {slide.number} ({slide.title})"
        made = [before for before, part in pairwise(["", *slide.body]) if getattr(part, "kind", "") in SHOWN]
        waiting = [reveals.waits(before) for before in made if isinstance(before, str)]
        assert len(section.query_selector_all(".made.fragment")) == sum(waiting), where
        page.evaluate("i => Reveal.slide(i, 0, -1)", slide.number - 1)
        assert section.evaluate(BEFORE) == [], where
        assert section.evaluate(STEPS) == [], where


def current(page):
    return page.evaluate("Reveal.getIndices().h")


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_is_whole_and_readable(page, built, name):
    open_deck(page, built / f"{name}.html")
    for number, section in walk(page):
        where = f"{name}, slide {number}"
        assert section.query_selector("h1, h2").inner_text().strip(), f"{where} has no title"
        assert section.evaluate(OUTSIDE) == [], f"{where}: this runs over the slide's edge or its foot"
        assert section.evaluate(SMALL_TEXT) == [], f"{where}: this text is under 28 px"
        assert section.evaluate(CUT_MATHS) == [], f"{where}: this formula is too long for its line"
        for image in section.query_selector_all("img.figure"):
            shown = image.evaluate("image => [image.width, image.naturalWidth > 0]")
            assert shown == [int(image.get_attribute("width")), True], where
            assert len(image.get_attribute("alt")) >= 10, where
    links = page.eval_on_selector_all("footer a", "nodes => nodes.map((node) => node.getAttribute('href'))")
    anchors = {link.partition("#")[2] for link in links}
    assert {link.partition("#")[0] for link in links} == {
        f"../pages/{name}.html",
        f"../notebooks/{name}.ipynb",
    }
    assert anchors - {""} <= {section.id for section in sections.of(name)} and len(anchors) >= 4
    assert page.problems == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requests), page.requests


@pytest.mark.parametrize("name", DECKS)
def test_every_widget_draws_and_keeps_the_arrow_keys_to_itself(page, built, name):
    page.add_init_script(canvas_texts.RECORD)
    open_deck(page, built / f"{name}.html")
    for number, section in walk(page):
        where = f"{name}, slide {number}: "
        assert page.evaluate(canvas_texts.FAULTS, [section, LEAST]) == [], where
        for host in section.query_selector_all(".live"):
            for button in host.query_selector_all("button"):
                if not button.is_visible():  # it belongs to a view that an earlier button has left
                    continue
                button.click()
                page.evaluate(NEXT_FRAME)
                assert section.evaluate(OUTSIDE) == [], f"{where}too large after {button.inner_text()!r}"
                faults = page.evaluate(canvas_texts.FAULTS, [section, LEAST])
                assert faults == [], f"{where}after {button.inner_text()!r}"
            canvases = host.query_selector_all("canvas")
            assert all(canvas.evaluate(INK) > 2 for canvas in canvases), f"{where}a canvas shows nothing"
            handle = host.query_selector("canvas[tabindex]") or host.query_selector(
                "[tabindex], input, button"
            )
            assert handle, f"{where}the keyboard cannot reach the widget: its canvas wants tabindex=0"
            before = look(host)
            handle.focus()
            looks = []
            for key in ("ArrowRight", "ArrowLeft"):  # one of the two may be at its end already
                for _ in range(3):
                    page.keyboard.press(key)
                page.evaluate(NEXT_FRAME)
                looks.append(look(host))
            assert current(page) == number - 1, f"{where}an arrow key that was the widget's turned the slide"
            assert set(looks) != {before}, f"{where}the arrow keys changed neither picture nor words"
    assert page.problems == []


def look(host):
    """What a person sees of a widget: its words, and the pixels of each canvas."""
    canvases = host.query_selector_all("canvas")
    return host.inner_text(), *(canvas.evaluate("c => c.toDataURL()") for canvas in canvases)


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_prints_one_page_a_slide_and_axe_finds_nothing_serious_on_any(page, built, name):
    open_deck(page, built / f"{name}.html")
    slides = page.evaluate("Reveal.getTotalSlides()")
    assert pages_of(page, built / f"{name}.html") == slides
    assert axe.faults(page) == []
    assert axe.faults_in_dark(page) == []


def pages_of(page, path, query=""):
    """How many pages a deck prints; waits for its widgets first."""
    open_deck(page, path, f"?{query}print-pdf")
    page.wait_for_selector(".pdf-page")
    page.wait_for_function("[...document.querySelectorAll('.live')].every((host) => host.dataset.ready)")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_fragments_come_one_by_one_and_all_are_printed(page, small):
    open_deck(page, small)
    page.keyboard.press("ArrowRight")
    visible = "document.querySelectorAll('.present .fragment.visible').length"
    assert [current(page), page.evaluate(visible)] == [1, 0]
    page.keyboard.press("ArrowRight")
    assert [current(page), page.evaluate(visible)] == [1, 1]
    assert pages_of(page, small) == 5  # title, one, two, three, sources
    assert pages_of(page, small, "45&") == 4
    assert page.evaluate(
        "[...document.querySelectorAll('.fragment')].every((f) => getComputedStyle(f).opacity === '1')"
    )


def test_a_widget_takes_the_arrows_and_escape_gives_them_back(page, small):
    open_deck(page, small)
    page.evaluate("Reveal.slide(2)")
    page.wait_for_selector(".live[data-ready]")
    canvas = page.locator(".live canvas")
    assert canvas.evaluate(INK) == 2  # bar and background
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".live p").inner_text() == "x is 3"
    assert current(page) == 2
    page.keyboard.press("Escape")
    assert not page.evaluate("Reveal.isOverview()")
    page.keyboard.press("ArrowRight")
    assert current(page) == 3
    for handle in (canvas, page.locator(".live input")):
        page.evaluate("Reveal.slide(2)")
        handle.focus()
        page.keyboard.press("PageDown")  # a presenter's remote
        assert current(page) == 3
        page.evaluate("Reveal.slide(2)")
        handle.focus()
        page.keyboard.press("PageUp")
        assert current(page) == 1
    assert page.locator(".live input").input_value() == "50"
    assert page.problems == []
    assert axe.faults(page) == []  # with the controls, which are not printed


def test_a_key_marks_the_right_option_of_a_vote(page, small):
    open_deck(page, small)
    page.evaluate("Reveal.slide(3)")
    page.add_style_tag(content=".fragment { transition: none !important; }")
    looks = (
        "[...document.querySelectorAll('.vote li')].map((option) => getComputedStyle(option).backgroundColor)"
    )
    assert len(set(page.evaluate(looks))) == 1 and not page.locator(".vote .right").is_visible()
    page.keyboard.press("ArrowRight")
    first, second = page.evaluate(looks)
    assert first != second and page.locator(".vote .right").is_visible()
    assert current(page) == 3


def test_a_lecture_of_45_minutes_leaves_out_what_is_cut_for_the_speaker_too(page, small):
    titles = (
        "[...document.querySelectorAll('.slides > section')].map((s) => s.querySelector('h1, h2').innerText)"
    )
    open_deck(page, small)
    assert page.evaluate(titles) == ["Small", "One", "Two", "Three", "Sources"]
    open_deck(page, small, "?45")
    assert page.evaluate(titles) == ["Small", "One", "Three", "Sources"]
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    frames = opened.value.wait_for_selector("#upcoming-slide iframe").content_frame()
    frames.wait_for_function("window.Reveal && Reveal.isReady()")
    assert frames.evaluate("Reveal.getTotalSlides()") == 4
    assert page.problems == []


def test_the_speaker_sees_the_notes_from_the_file_system(page, small):
    open_deck(page, small)
    page.keyboard.press("ArrowRight")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_selector("text=Say hello.")
    left = speaker.wait_for_selector(".pacing", state="visible").inner_text()  # the notes give it two minutes
    assert re.search(r"0?1:5\d|0?2:00", left), left
    assert all(url.startswith(("file:", "data:", "blob:", "about:")) for url in page.requests)


def test_a_deck_is_dark_where_its_viewer_is_and_t_turns_it_over_until_the_tab_is_closed(page, small):
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(21, 24, 27)"
    page.emulate_media(color_scheme="dark")
    open_deck(page, small)
    assert page.evaluate(paper) == dark
    page.keyboard.press("t")
    assert page.evaluate(paper) == light
    page.reload()
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    assert page.evaluate(paper) == light
    page.keyboard.press("t")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(paper) == dark  # what the hand has chosen holds
    page.keyboard.press("Shift+?")
    assert "Light or dark" in page.locator(".r-overlay").inner_text()
    page.emulate_media(media="print")
    assert page.evaluate(paper) == light
    assert page.problems == []
