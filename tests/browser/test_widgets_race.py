"""The race of samplers in a bare page: the calls, who is shown, the curve, keys, playing, pointer."""

import re

import alone
import canvas_texts
import pytest

from course_utils.diffusion import NoiseSchedule
from course_utils.exact import GaussianMixture
from course_utils.widgets import SamplerRace, race

pytestmark = pytest.mark.browser


def own_data():
    """Two far modes of unequal weight, over a schedule of one's own."""
    mixture = GaussianMixture([[-4.0, 1.0], [4.0, -1.0]], 0.5, [0.1, 0.9])
    return SamplerRace(mixture, NoiseSchedule.sigmoid(200))


def one_large():
    return SamplerRace(sampler="heun", error="end", spacing="karras")


MAKERS = [SamplerRace, own_data, one_large]


def settle(page):
    """Until all is computed."""
    page.wait_for_function("() => document.querySelector('.course-widget').ariaBusy === 'false'")
    page.evaluate(alone.NEXT_FRAME)


def press(page, name):
    page.locator(".course-button", has_text=re.compile(rf"^{re.escape(name)}$")).click()
    page.evaluate(alone.NEXT_FRAME)


def choose(page, name, value):
    page.get_by_role("combobox", name=name).select_option(value)
    page.evaluate(alone.NEXT_FRAME)


def measures(page):
    """What Python was told of the finished measurement."""
    page.wait_for_function("() => window.saved?.numbers?.winners?.length > 0")
    return alone.saved(page, "numbers")[0]


@pytest.mark.parametrize("make", MAKERS)
def test_each_view_fits_with_text_that_is_neither_small_nor_cut_off(show, page, make):
    page.add_init_script(canvas_texts.WATCH)
    show(make(), "#host { width: 320px }")
    for width in (320, 480, 600, 900):
        alone.resize(page, width)
        for value in ("dpm_solver_pp_2m", "all"):
            choose(page, "Show", value)
        for name in ("distance to the exact end", "W1"):
            press(page, name)
    assert page.evaluate("() => window.cut") == []
    assert "Mean distance to the exact end" in page.evaluate("() => window.written")
    alone.assert_it_fits(page)


@pytest.mark.parametrize("widest", [900, 1080])  # a page's, a deck's
@pytest.mark.parametrize("make", MAKERS)
def test_it_fits_a_slide(show, page, make, widest):
    page.set_viewport_size({"width": 1100, "height": 720})
    show(make(), f"body {{ --course-widget-max: {widest}px }}")
    settle(page)
    assert page.locator(".course-widget").bounding_box()["height"] <= 600


def test_the_first_frame_is_drawn_before_all_is_measured_and_the_rest_follows(show):
    page = show(SamplerRace())
    settle(page)
    assert re.match(r"10 calls each: DPM-Solver\+\+\(2M\) wins with W1 0\.03\d, before ", alone.text(page))
    assert "Heun takes 5 steps in 9 calls: two a step, one at the last." in alone.text(page)


def test_the_slider_moves_picture_and_numbers(show):
    page = show(SamplerRace())
    settle(page)
    slider, seen = page.get_by_role("slider"), {alone.picture(page)}
    slider.focus()
    for calls in (11, 12, 13):
        page.keyboard.press("ArrowRight")
        page.evaluate(alone.NEXT_FRAME)
        seen.add(alone.picture(page))
        assert slider.get_attribute("aria-valuetext") == str(calls)
        assert alone.text(page).startswith(f"{calls} calls each: ")
    assert len(seen) == 4
    assert alone.saved(page, "calls") == [13]
    page.keyboard.press("Home")
    few = measures_at(page, 2)
    page.keyboard.press("End")
    many = measures_at(page, 60)
    for name in race.SAMPLERS:
        assert many[name]["w1"] < few[name]["w1"] / 10
    assert (few["heun"]["calls"], many["heun"]["calls"], many["ddim"]["calls"]) == (1, 59, 60)
    assert few["ddim"]["w1"] == few["dpm_solver_pp_2m"]["w1"]


def measures_at(page, calls):
    page.wait_for_function(
        "(calls) => window.saved?.numbers?.calls === calls && window.saved.numbers.winners.length", arg=calls
    )
    return alone.saved(page, "numbers")[0]


def test_spacing_schedule_data_and_noise_change_the_race(show):
    page = show(SamplerRace(calls=16))
    settle(page)
    seen = [alone.text(page)]
    for change in (
        lambda: press(page, "Karras"),
        lambda: choose(page, "Schedule", "cosine"),
        lambda: choose(page, "Data", "two"),
        lambda: press(page, "New noise"),
    ):
        change()
        settle(page)
        assert alone.text(page) not in seen
        seen.append(alone.text(page))
    assert alone.saved(page, "spacing", "schedule", "data", "seed") == ["karras", "cosine", "two", 1]
    assert page.get_by_role("combobox", name="Noise").input_value() == "1"
    assert len(measures(page)["ddim"]["masses"]) == 2


def test_one_is_shown_large_and_then_all_again(show):
    page = show(SamplerRace(calls=6))
    settle(page)
    small, text = alone.picture(page), alone.text(page)
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 70, box["y"] + 260)  # the first panel of the second row
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "sampler") == ["heun"]
    assert page.get_by_role("combobox", name="Show").input_value() == "heun"
    assert alone.picture(page) != small
    assert alone.text(page) == text  # the race is the same
    page.mouse.click(box["x"] + 70, box["y"] + 260)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "sampler") == ["all"]
    settle(page)
    assert alone.picture(page) == small


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_the_pointer_on_the_curve_is_the_calls_even_in_a_scaled_deck(show, style):
    page = show(SamplerRace(), style)
    box = page.locator("canvas").bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    page.mouse.move(*at(0.8, 0.25))
    page.mouse.down()
    page.evaluate(alone.NEXT_FRAME)
    first = alone.text(page)
    page.mouse.move(*at(0.999, 0.3), steps=5)
    page.mouse.up()
    assert alone.saved(page, "calls") == [60]
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("60 calls each: ")
    assert 5 < int(first.split()[0]) < 25


def test_the_keys_change_the_calls_and_the_sampler(show):
    page = show(SamplerRace())
    page.locator("canvas").focus()
    for key, calls, sampler in (
        ("ArrowRight", 11, "all"),
        ("Shift+ArrowRight", 12, "all"),
        ("ArrowLeft", 11, "all"),
        ("ArrowDown", 11, "ddpm"),
        ("ArrowDown", 11, "euler_ancestral"),
        ("ArrowUp", 11, "ddpm"),
        ("ArrowUp", 11, "all"),
        ("ArrowUp", 11, "dpm_solver_pp_2m"),
    ):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.saved(page, "calls", "sampler") == [calls, sampler]
        assert alone.text(page).startswith(f"{calls} calls each: ")


def test_space_sweeps_to_the_most_calls_and_then_from_the_fewest(show):
    page = show(SamplerRace(calls=56))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => window.saved?.calls === 60")
    page.keyboard.press(" ")
    page.wait_for_function("() => /^[2-9] calls/.test(document.querySelector('.course-summary').textContent)")
    press(page, "Pause")
    assert 2 <= alone.saved(page, "calls")[0] < 60
    page.evaluate(alone.NEXT_FRAME)
    paused = alone.text(page).split(":")[0]
    page.wait_for_timeout(200)
    assert alone.text(page).split(":")[0] == paused


def test_with_less_motion_space_takes_whole_stops(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(SamplerRace(calls=20))
    page.locator("canvas").focus()
    seen = []
    for _ in range(5):
        page.keyboard.press(" ")
        seen += alone.saved(page, "calls")
    assert seen == [30, 40, 60, 2, 3]


def test_stopping_ends_the_computing(show):
    page = show(SamplerRace())
    assert page.evaluate("() => window.counted()") == 7
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0
    before = alone.picture(page)
    page.wait_for_timeout(300)
    assert alone.picture(page) == before


def test_what_lies_outside_the_picture_is_said(show):
    page = show(SamplerRace(calls=4, spacing="karras"))
    assert re.search(r"Outside the picture: .*\b300 of Heun\b", alone.text(page))
