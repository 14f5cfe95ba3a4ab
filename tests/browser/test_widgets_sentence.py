"""The sentence builder in a bare page: chips, keys, pointer, what is held out, and its room on a slide."""

import alone
import canvas_texts
import pytest
from widget_examples import sentence, spoken

pytestmark = pytest.mark.browser
DECK = ":root { --course-text-least: 20px; --course-widget-tallest: 566px; --course-widget-max: 1152px }"
# The colour of the face at a row and column of its 32 pixels, where layout.js puts it.
COLOUR = """([row, column, box]) => {
  const canvas = document.querySelector("canvas"), ratio = canvas.width / canvas.clientWidth;
  const at = (place, from) => Math.round((from + ((place + 0.5) / 32) * box.side) * ratio);
  const context = canvas.getContext("2d");
  return [...context.getImageData(at(column, box.left), at(row, box.top), 1, 1).data].slice(0, 3);
}"""


def opened(show, style="", **options):
    page = show(sentence(**options), style)
    page.wait_for_function("() => document.querySelector('.course-widget').ariaBusy === 'false'")
    page.evaluate(alone.NEXT_FRAME)
    return page


def press(page, group, name):
    page.get_by_role("group", name=group).get_by_role("button", name=name).click()
    page.evaluate(alone.NEXT_FRAME)


def face_box(page):
    """Where the face lies on the canvas: below the words and its title."""
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    size, small = width / 54, max(13, 0.85 * width / 54)
    top = 2 + 1.7 * size + 1.4 * small + 1.5 * size + 0.6 * size
    return {"left": 2, "top": top, "side": int((width - 4 - 2 * size - 18 * size) / 2)}


def test_chips_build_the_sentence_and_show_its_picture(show):
    page = opened(show)
    pictures = spoken()["pictures"]
    for group, name, said, scale, index in (
        ("Mood", "no word", "a face with red hair", 2, 1 * 36 + 3 * 6 + 1),
        ("Hair", "blond", "a face with blond hair", 2, 1 * 36 + 4 * 6 + 1),
        ("Looking", "left", "a face with blond hair, looking left", 2, 1 * 36 + 4 * 6 + 0),
        ("Guidance scale", "4", "a face with blond hair, looking left", 4, 1 * 36 + 4 * 6 + 0),
    ):
        press(page, group, name)
        assert alone.saved(page, "sentence", "scale") == [said, scale]
        assert alone.text(page).startswith(f"\u201c{said}\u201d, scale {scale}: ")
        for row, column in ((4, 16), (16, 16), (2, 2)):  # hair, nose, background
            found = page.evaluate(COLOUR, [row, column, face_box(page)])
            expected = pictures[scale // 2, index, :, row, column].tolist()
            assert found == pytest.approx(expected, abs=24)  # the JPEG's share
    assert alone.saved(page, "word") == ["left"]


def test_keys_choose_words_scale_and_factors(show):
    page = opened(show)
    page.locator("canvas").focus()
    before = alone.picture(page)
    for key, names, values in (
        ("ArrowRight", ["word"], ["hair"]),
        ("ArrowRight", ["word"], ["hair"]),  # the last
        ("ArrowLeft", ["word"], ["red"]),
        ("ArrowUp", ["scale"], [4]),
        ("ArrowDown", ["scale"], [2]),
        ("g", ["sentence", "word"], ["a smiling face with red hair and glasses", "glasses"]),
        ("l", ["sentence"], ["a smiling face with red hair and glasses, looking right"]),
        ("l", ["sentence"], ["a smiling face with red hair and glasses, looking left"]),
        ("l", ["sentence"], ["a smiling face with red hair and glasses"]),
        ("g", ["sentence"], ["a smiling face with red hair"]),
        ("m", ["sentence"], ["a frowning face with red hair"]),
        ("h", ["sentence", "word"], ["a frowning face with blond hair", "blond"]),
    ):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.saved(page, *names) == values
    assert alone.picture(page) != before


@pytest.mark.parametrize("style", ["", "#host { transform: scale(0.5); transform-origin: 0 0 }"])
def test_a_word_under_the_pointer_is_shown_and_a_press_chooses_it(show, style):
    page = opened(show, style)
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    start = (2 + 5.2 * max(13, 0.85 * width / 54) + 10, 15)  # in the first box, START
    x, y = (box[name] + share * box["width"] / width for name, share in zip("xy", start, strict=True))
    before = alone.picture(page)
    page.mouse.move(x, y)
    page.evaluate(alone.NEXT_FRAME)
    assert "Attention to START: " in alone.text(page)
    page.mouse.move(x, y + 0.6 * box["height"])
    page.evaluate(alone.NEXT_FRAME)
    assert "Attention to red: " in alone.text(page)
    assert alone.picture(page) == before
    page.mouse.click(x, y)
    assert alone.saved(page, "word") == ["START"]


def test_what_was_held_out_and_misread_is_said_and_marked(show, page):
    page.add_init_script(canvas_texts.WATCH)
    opened(show, sentence="a frowning face with red hair", scale=1)
    assert "the judge reads neutral instead of frowning." in alone.text(page)
    written = page.evaluate("() => window.written.splice(0)")
    assert "seen in training" in written and "\u2717" in written
    press(page, "Glasses", "glasses")
    press(page, "Guidance scale", "2")
    assert "reads all as asked. This combination was held out of training." in alone.text(page)
    page.evaluate("() => (window.written = [])")
    press(page, "Guidance scale", "4")
    written = page.evaluate("() => window.written")
    assert "\u2298 held out of training" in written and "\u2717" not in written


def test_it_fits_a_slide_and_space_goes_through_the_words(show, page):
    page.add_init_script(canvas_texts.WATCH)
    page.emulate_media(reduced_motion="reduce")
    longest = "a frowning face with chestnut hair and glasses, looking right"
    opened(show, DECK, sentence=longest, scale=1, word="looking")
    assert page.locator(".course-widget").bounding_box()["height"] <= 566
    page.locator("canvas").focus()
    seen = []
    for _ in range(3):
        page.keyboard.press(" ")
        page.evaluate(alone.NEXT_FRAME)
        seen += alone.saved(page, "word")
    assert seen == ["right", "START", "a"]
    assert page.evaluate("() => window.cut") == []
    assert least_text(page) >= 20


def least_text(page):
    """The least size of text in the toolbar and under the picture."""
    return page.evaluate(
        """() => Math.min(...[".course-button", ".course-caption", ".course-summary"].map(
          (name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize)))"""
    )
