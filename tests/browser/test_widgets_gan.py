"""The bodies of lesson 04's widgets in a bare page: presets, handles, training, the timeline, less motion."""

import math
import re

import alone
import pytest

from course_utils.widgets import GANPlayground, MinimaxExplorer

pytestmark = pytest.mark.browser


def said(page, *patterns):
    """The numbers after each pattern in the summary."""
    sentence = alone.text(page).replace("−", "-").replace(",", "")
    return [float(re.search(pattern + r" (-?\d+(\.\d+)?)", sentence)[1]) for pattern in patterns]


def wait_for_step(page, step):
    page.wait_for_function(
        "(step) => window.saved?.step === step && "
        "document.querySelector('.course-toolbar button').textContent === 'Play'",
        arg=step,
    )
    page.evaluate(alone.NEXT_FRAME)


def test_the_presets_show_where_the_game_stands(show):
    page = show(MinimaxExplorer())
    seen = {}
    for name in ("q like p", "On one mode", "Far apart", "Further"):
        alone.press(page, name)
        value, js, w1 = said(page, r"V\(D\*\)", "JS", "W1")
        assert value == pytest.approx(2 * js - math.log(4), abs=0.0021)  # each shown to three digits
        seen[name] = (value, js, w1)
    assert seen["Far apart"][1] == seen["Further"][1] == pytest.approx(math.log(2), abs=0.001)
    assert seen["Further"][2] > seen["Far apart"][2] + 1
    assert seen["On one mode"][2] == pytest.approx(2, abs=0.01)  # half of the mass moves by 4
    alone.press(page, "first mode only")
    alone.press(page, "q like p")
    assert said(page, r"V\(D\*\)", "JS", "W1") == pytest.approx([-math.log(4), 0, 0], abs=0.001)
    assert alone.saved(page, "mean", "std", "first_only") == [-2, pytest.approx(0.6), True]


def test_a_d_of_your_own_is_moved_by_its_handle_and_keys_and_never_beats_the_best(show):
    page = show(MinimaxExplorer(mean=-3.0))
    before = alone.picture(page)
    alone.press(page, "A D of your own")
    assert alone.picture(page) != before
    canvas = page.locator("canvas")
    canvas.focus()
    for key in ("]", "+", "+"):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        best, own = said(page, r"V\(D\*\)", r"\): V")
        assert own < best
    slope, boundary = alone.saved(page, "slope", "boundary")
    assert (slope, boundary) == (2, pytest.approx(0.2))
    box, size = canvas.bounding_box(), max(13, min(24, canvas.bounding_box()["width"] / 54))
    right = round(box["width"] * 0.6) - 8
    unit = max(78, right * 0.2)
    x, y = 4 + (right - 4) * (boundary + 7) / 14, size * 4.3 + unit * 1.85  # limits -7 to 7
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x - 60, box["y"] + y, steps=3)
    page.mouse.up()
    assert alone.saved(page, "boundary")[0] == pytest.approx(boundary - 60 * 14 / (right - 4), abs=0.05)
    assert alone.saved(page, "mean", "slope") == [-3, pytest.approx(2, abs=0.1)]


def test_the_playground_waits_to_be_asked(show):
    page = show(GANPlayground())
    before = alone.picture(page)
    page.wait_for_timeout(200)
    assert alone.picture(page) == before
    assert alone.text(page).startswith("Step 0: 0 of 8 modes")


def test_the_same_seed_trains_to_the_same_state(show):
    page = show(GANPlayground())
    sentences = []
    for _ in range(2):
        alone.press(page, "+100")
        wait_for_step(page, 100)
        sentences.append(alone.text(page))
        alone.press(page, "Reset")
        assert alone.text(page).startswith("Step 0:")
    assert sentences[0] == sentences[1]
    page.get_by_role("combobox", name="Seed").select_option("3")
    alone.press(page, "+100")
    wait_for_step(page, 100)
    assert alone.text(page) != sentences[0]
    assert alone.saved(page, "settings")[0]["seed"] == 3


def test_space_plays_and_pauses_and_the_right_arrow_makes_one_step(show):
    page = show(GANPlayground())
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    assert alone.saved(page, "step") == [1]
    pictures = {alone.picture(page)}
    page.keyboard.press(" ")
    for _ in range(100):  # a busy machine may take long over a frame
        page.wait_for_timeout(100)
        pictures.add(alone.picture(page))
        if len(pictures) > 2:
            break
    page.keyboard.press(" ")
    page.evaluate(alone.NEXT_FRAME)
    step = alone.saved(page, "step")[0]
    assert len(pictures) > 2 and step > 3
    page.wait_for_timeout(150)
    assert said(page, "Step") == [step]
    assert alone.saved(page, "numbers")[0]["js"] == pytest.approx(said(page, "JS")[0], abs=0.001)


def test_the_timeline_goes_back_and_forth(show):
    page = show(GANPlayground())
    alone.press(page, "+100")
    wait_for_step(page, 100)
    now = alone.text(page)
    page.get_by_role("slider").focus()
    seen = []
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        seen += said(page, "Step")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "step 60"
    page.locator("canvas").focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        seen += said(page, "Step")
    assert seen == [80, 60, 40, 60, 80, 100]
    assert alone.text(page) == now
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 0.65 * box["width"], box["y"] + 0.5 * box["height"])
    assert said(page, "Step")[0] in (0, 20)
    assert alone.saved(page, "step") == said(page, "Step")


def test_presets_choices_and_python_start_anew(show):
    page = show(GANPlayground())
    alone.press(page, "Step")
    alone.press(page, "D too strong")
    assert alone.saved(page, "step") == [0]
    settings = {"loss": "minimax", "d_steps": 5, "g_lr": 0.0001, "d_lr": 0.003}
    assert settings.items() <= alone.saved(page, "settings")[0].items()
    assert page.get_by_role("combobox", name="Loss").input_value() == "minimax"
    pictures = {alone.picture(page)}
    for data in ("ring", "moons"):
        page.get_by_role("combobox", name="Data").select_option(data)
        pictures.add(alone.picture(page))
    assert len(pictures) == 3
    assert settings.items() <= alone.saved(page, "settings")[0].items()


def test_with_less_motion_playing_is_100_steps_and_one_picture(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(GANPlayground())
    page.evaluate(
        """() => { window.told = new Set(); const line = document.querySelector(".course-summary");
          new MutationObserver(() => window.told.add(line.textContent.split(":")[0])).observe(
            line, { childList: true, characterData: true, subtree: true }); }"""
    )
    alone.press(page, "Play")
    wait_for_step(page, 100)
    assert set(page.evaluate("() => [...window.told]")) <= {"Step 0", "Step 100"}
