"""The board in a bare page: rows that open by keys, bars with their numbers, another look, and no kernel."""

import re

import alone
import pytest
from contrast import contrast
from widget_examples import progress

from course_utils.widgets import ProgressBoard

pytestmark = pytest.mark.browser

# What a kernel answers: start.js is solved too.
ANSWER = """() => {
  const lessons = structuredClone(model.get("lessons"));
  lessons[0].exercises.find(([name]) => name === "start.js")[1] = true;
  model.set("lessons", lessons);
  model.set("said", "6 of 146 exercises solved.");
  model.set("coming", { notebook: "01_autoencoders", exercise: "ae.conv_out" });
  model.set("looks", model.get("looks") + 1);
}"""
GROUND = "(node) => getComputedStyle(node).backgroundColor"
SPILLS = """() => [...document.querySelectorAll(".course-progress, .course-progress *")]
  .filter((node) => node.clientWidth > 1 && node.scrollWidth > node.clientWidth + 1)
  .map((node) => node.textContent)"""


def row(page, number):
    return page.locator(".course-lesson").nth(number)


def colour(node):
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", node.evaluate(GROUND))[:3])


def sent(page):
    return page.evaluate("() => window.sent ?? []")


def status(page):
    return page.locator("[role=status]").text_content()


def test_a_row_opens_by_keys_and_no_letter_reaches_the_page(show):
    page = show(progress())
    page.evaluate("() => { window.heard = []; document.onkeydown = ({ key }) => window.heard.push(key); }")
    first = row(page, 0)
    assert first.evaluate("(node) => node.open") is False
    first.locator("summary").focus()
    for key in ("a", "b", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("() => window.heard") == []
    assert first.evaluate("(node) => node.open") is True
    said = [re.sub(r"\s+", " ", item.inner_text()) for item in first.locator("li").all()]
    assert said[0] == "✓ start.class_posterior solved" and len(said) == 5
    assert said[1] == "○ start.fit_gaussian not yet"
    page.keyboard.press("Tab")
    link = page.evaluate("() => [document.activeElement.textContent, document.activeElement.href]")
    assert link[0] == "Open 00 Start here" and link[1].endswith("/00_start_here.html")
    first.locator("summary").focus()
    page.keyboard.press(" ")
    assert first.evaluate("(node) => node.open") is False


def test_a_bar_is_as_long_as_what_is_solved_and_the_number_says_so_too(show):
    page = show(progress())
    assert alone.text(page) == "5 of 146 exercises solved."
    assert page.locator(".course-next").inner_text() == "Next: scale.flops in 19 At scale"
    shares = {0: (0.4, "2 of 5"), 1: (0, "0 of 8"), 18: (1, "3 of 3 ✓")}
    for number, (share, words) in shares.items():
        track, bar = (row(page, number).locator(part) for part in (".course-track", ".course-bar"))
        inner = track.evaluate("(node) => node.clientWidth")
        assert bar.evaluate("(node) => node.offsetWidth") == pytest.approx(share * inner, abs=1)
        assert row(page, number).locator(".course-count").text_content() == words
        assert track.get_attribute("aria-hidden") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bars_and_their_tracks_stand_out_from_the_paper(show, page, scheme):
    page.emulate_media(color_scheme=scheme)
    show(progress(), ":root { color-scheme: light dark }")
    paper = colour(page.locator(".course-widget"))
    assert paper == {"light": "#ffffff", "dark": "#15181b"}[scheme]
    begun, done = (colour(row(page, number).locator(".course-bar")) for number in (0, 18))
    edge = page.locator(".course-track").first.evaluate("(node) => getComputedStyle(node).borderTopColor")
    edge = "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", edge)[:3])
    assert begun != done and min(contrast(mark, paper) for mark in (begun, done, edge)) >= 3


def test_another_look_shows_what_is_solved_since_and_moves_nothing(show):
    page = show(progress())
    row(page, 0).locator("summary").click()
    look = page.get_by_role("button", name="Look again")
    look.focus()
    page.keyboard.press("Enter")
    assert sent(page) == [{"kind": "look"}] and status(page) == ""
    page.evaluate(ANSWER)
    assert status(page) == "1 more solved." and alone.text(page).startswith("6 of ")
    assert row(page, 0).evaluate("(node) => node.open") is True
    assert row(page, 0).locator(".course-count").text_content() == "3 of 5"
    assert row(page, 0).locator("li", has_text="start.js").inner_text().startswith("✓")
    assert page.locator(".course-next").inner_text() == "Next: ae.conv_out in 01 Autoencoders"
    assert look.evaluate("(node) => document.activeElement === node")
    page.keyboard.press("Enter")
    page.evaluate(ANSWER)
    assert status(page) == "Nothing new."


def test_where_no_kernel_answers_it_says_so(show, page):
    page.clock.install()
    show(progress())
    page.clock.pause_at("2100-01-01")
    page.get_by_role("button", name="Look again").focus()
    page.keyboard.press("Enter")
    page.clock.run_for(3900)
    assert status(page) == ""
    page.clock.run_for(200)
    assert status(page).startswith("No answer: ")
    page.evaluate(ANSWER)  # it was busy, and answers after all
    assert status(page) == "1 more solved."
    page.clock.run_for(10_000)
    assert status(page) == "1 more solved."


def test_where_nothing_is_remembered_there_is_a_sentence_and_no_button(show):
    page = show(ProgressBoard())  # the tests switch it off
    assert alone.text(page).startswith("Nothing is remembered here, so every lesson is shown as not begun")
    assert not page.get_by_role("button", name="Look again").is_visible()
    counts = page.locator(".course-count").all_text_contents()
    assert len(counts) == 20 and all(count.startswith("0 of ") for count in counts)
    assert page.locator(".course-next a").text_content() == "00 Start here"


def test_words_are_shown_as_words_whatever_they_are(show):
    bad = "<img src=x onerror=alert(1)>" + "w" * 200
    board = progress()
    board.set_trait("lessons", [{"notebook": bad, "title": bad, "exercises": [[bad, True], ["a", False]]}])
    board.set_trait("said", bad)
    board.set_trait("coming", {"notebook": bad, "exercise": bad})
    page = show(board)
    row(page, 0).locator("summary").click()
    assert page.locator("img").count() == 0 and alone.text(page) == bad
    assert row(page, 0).locator("code").first.text_content() == bad
    for width in (320, 390, 900):
        alone.resize(page, width)
        assert page.evaluate(SPILLS) == []


def test_open_rows_fit_a_telephone(show):
    page = show(progress())
    for lesson in page.locator("summary").all():
        lesson.click()
    for width in (320, 390, 900):
        alone.resize(page, width)
        assert page.evaluate("() => document.querySelector('.course-widget').scrollWidth") <= width
        assert page.evaluate(SPILLS) == []
