"""What holds for every widget that there is, in a bare page: first frame, keyboard, room, and its end."""

import re

import alone
import axe
import canvas_texts
import pytest
from widget_examples import FACES, LISTS, example

pytestmark = pytest.mark.browser
INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""
CORNER = "(canvas) => [...canvas.getContext('2d').getImageData(1, 1, 1, 1).data].slice(0, 3)"
every_widget = pytest.mark.parametrize("name", FACES)
every_picture = pytest.mark.parametrize("name", [name for name in FACES if name not in LISTS])
every_list = pytest.mark.parametrize("name", sorted(LISTS))
# What a reader tabs through, in its order.
STOPS = """() => [...document.querySelectorAll(".course-widget :is(button, summary, a)")]
  .filter((one) => one.checkVisibility()).length"""


@every_widget
def test_the_first_frame_is_there_at_once_and_said(show, name):
    page = show(example(name))
    for canvas in page.locator("canvas").all():
        assert canvas.evaluate(INK) > 2, "the first frame is blank"
    assert page.locator("canvas").count() == (name not in LISTS)
    assert alone.text(page).strip().endswith("."), "draw() returns a sentence that says what is on show"
    assert {*page.locator("[role=status]").all_text_contents()} == {""}, "the first frame is not read out"


def test_what_is_read_out_waits_until_the_picture_stands(show, page):
    page.clock.install()
    show(example("divergence"))
    spoken = page.locator(".course-spoken")
    assert spoken.get_attribute("role") == "status"
    page.clock.pause_at("2100-01-01")
    page.locator("canvas").focus()
    for _ in range(20):  # two seconds of a key held down
        page.keyboard.press("ArrowRight")
        page.clock.run_for(100)
        assert spoken.text_content() == ""
    page.clock.run_for(1000)
    assert spoken.text_content() == alone.text(page) != ""


@every_picture
def test_the_picture_has_a_name_and_shows_its_focus_and_axe_finds_nothing_serious(show, name):
    page = show(example(name), ":root { color-scheme: light dark }")
    canvas = page.locator("canvas")
    assert (canvas.get_attribute("role"), canvas.get_attribute("tabindex")) == ("application", "0")
    assert canvas.get_attribute("aria-roledescription")
    said = canvas.get_attribute("aria-label")
    assert re.search("arrow", said, re.IGNORECASE), "the label says what the arrow keys do"
    if page.locator(".course-toolbar > *").count():
        page.locator(".course-toolbar :is(button, input, select)").last.focus()
    page.keyboard.press("Tab")
    assert canvas.evaluate("(canvas) => document.activeElement === canvas")
    assert canvas.evaluate("(canvas) => getComputedStyle(canvas).outlineStyle") == "solid"
    assert axe.faults(page) == []
    light = alone.picture(page)
    assert axe.faults_in_dark(page) == []
    alone.wait_for_dark(page)
    assert alone.picture(page) != light
    assert page.problems == []


def test_a_style_that_comes_after_the_system_has_turned_is_followed(show, page):
    show(example("divergence"), ":root { color-scheme: light }")
    page.emulate_media(color_scheme="dark")
    page.evaluate(alone.NEXT_FRAME)
    assert page.locator("canvas").evaluate(CORNER) == [255, 255, 255]
    page.evaluate("() => { document.documentElement.style.colorScheme = 'dark'; }")  # nobody is told of it
    alone.wait_for_dark(page)


@every_list
def test_each_stop_of_a_list_shows_its_focus_and_axe_finds_nothing_serious(show, name):
    page = show(example(name), ":root { color-scheme: light dark }")
    stops = page.evaluate(STOPS)
    assert stops > 10
    for _ in range(stops):
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.closest('.course-widget') !== null")
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    ground = "(node) => getComputedStyle(node).backgroundColor"
    assert axe.faults(page) == []
    assert axe.faults_in_dark(page) == []
    assert page.locator(".course-widget").evaluate(ground) == "rgb(21, 24, 27)"
    assert page.problems == []


def test_what_is_printed_from_a_dark_page_is_light(show, page):
    page.emulate_media(color_scheme="dark")
    show(example("divergence"), ":root { color-scheme: light dark }")
    corners = [page.locator("canvas").evaluate(CORNER)]
    for event in ("beforeprint", "afterprint"):
        page.evaluate("(name) => window.dispatchEvent(new Event(name))", event)
        corners.append(page.locator("canvas").evaluate(CORNER))
    assert corners == [[21, 24, 27], [255, 255, 255], [21, 24, 27]]
    page.emulate_media(media="print")
    ground = "(node) => getComputedStyle(node).backgroundColor"
    assert page.locator(".course-widget").evaluate(ground) == "rgb(255, 255, 255)"


@every_widget
def test_it_fits_its_container_with_text_of_13_px_or_more(show, name):
    alone.assert_it_fits(show(example(name)))


@every_picture
def test_no_text_on_the_canvas_is_small_or_cut_off(show, page, name):
    page.add_init_script(canvas_texts.WATCH)
    show(example(name), "#host { width: 320px }")
    alone.assert_no_text_is_cut(page)


@every_widget
def test_stopping_leaves_no_listener_behind(show, name):
    page = show(example(name))
    assert page.evaluate("() => window.counted()") > 0, "no trait is followed: Python cannot move the picture"
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0
