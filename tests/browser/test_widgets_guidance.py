"""The guidance explorer in a bare page and in JupyterLab: the scale, both views, keys, playing, pointer."""

import re

import alone
import canvas_texts
import pytest
import torch

from course_utils.widgets import GuidanceExplorer

pytestmark = pytest.mark.browser

KINDS = ("samples", "conditional", "tilted")


def three(**options):
    return GuidanceExplorer(data="three", **options)


def own_data():
    """One narrow class far from another that has most of the weight."""
    values = {"means": [[-4.0, 1.0], [4.0, -1.0]], "stds": 0.5, "labels": [0, 1], "weights": [0.1, 0.9]}
    return GuidanceExplorer(values)


def digits(**options):
    """Grey squares that are lighter at a larger scale, with both curves."""
    grids = {scale: torch.full((50, 1, 8, 8), scale / 8) for scale in (0, 1, 2, 3, 5, 8)}
    curves = {"accuracy": {0: 0.1, 3: 0.95, 8: 1.0}, "recall": {0: 0.8, 8: 0.1}}
    return GuidanceExplorer(grids=grids, **curves, **options)


def plain_digits():
    return GuidanceExplorer(grids={1: torch.rand(80, 1, 8, 8), 4: torch.rand(80, 1, 8, 8)})


MAKERS = [GuidanceExplorer, three, own_data, digits, plain_digits]


def button(page, name):
    """By its text: a switch that is on has a tick before its name."""
    return page.locator(".course-button", has_text=re.compile(rf"^{re.escape(name)}$"))


def press(page, name):
    button(page, name).click()
    page.evaluate(alone.NEXT_FRAME)


def choose(page, name, value):
    page.get_by_role("combobox", name=name).select_option(value)
    page.evaluate(alone.NEXT_FRAME)


def measures(page):
    """What Python was told, as {kind: {posterior, variance, shares}}."""
    return alone.saved(page, "numbers")[0]


@pytest.mark.parametrize("make", MAKERS)
def test_each_view_fits_with_text_that_is_neither_small_nor_cut_off(show, page, make):
    page.add_init_script(canvas_texts.WATCH)
    show(make(), "#host { width: 320px }")
    for width in (320, 480, 600, 900):
        alone.resize(page, width)
        for name in ("w", "s", "exact mixture", "digits", "exact mixture", "1", "0"):
            if button(page, name).count() and button(page, name).is_visible():
                press(page, name)
    assert page.evaluate("() => window.cut") == []
    assert "p(x) p(y | x)ˢ" in page.evaluate("() => window.written")
    alone.assert_it_fits(page)


@pytest.mark.parametrize("widest", [900, 1080])  # a page's, a deck's
@pytest.mark.parametrize("make", [GuidanceExplorer, three, digits, plain_digits])
def test_it_fits_a_slide(show, page, make, widest):
    page.set_viewport_size({"width": 1100, "height": 720})
    show(make(), f"body {{ --course-widget-max: {widest}px }}")
    assert page.locator(".course-widget").bounding_box()["height"] <= 560


def test_stopping_leaves_no_listener_behind(show):
    page = show(GuidanceExplorer())
    assert page.evaluate("() => window.counted()") == 10
    alone.press(page, "Play")
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0
    before = alone.picture(page)
    page.wait_for_timeout(200)
    assert alone.picture(page) == before


def test_without_guidance_all_three_agree(show):
    page = show(GuidanceExplorer())
    assert alone.text(page).startswith(
        "s = 1.00 (w = 0.00): conditional, no guidance. Label 0, 40 ODE steps."
    )
    *_, samples, true, tilted = alone.numbers(page)
    assert samples == pytest.approx(true, rel=0.03)
    assert tilted == true == 1.28  # 2 x 0.8^2


def test_the_slider_moves_picture_and_numbers(show):
    page = show(GuidanceExplorer())
    slider, seen = page.get_by_role("slider"), {alone.picture(page)}
    slider.focus()
    for scale in (1.05, 1.1, 1.15):
        page.keyboard.press("ArrowRight")
        page.evaluate(alone.NEXT_FRAME)
        seen.add(alone.picture(page))
        assert slider.get_attribute("aria-valuetext") == f"s = {scale:.2f} (w = {scale - 1:.2f})"
        assert alone.text(page).startswith(f"s = {scale:.2f} (w = {scale - 1:.2f}).")
    assert len(seen) == 4
    assert alone.saved(page, "scale") == [pytest.approx(1.15)]
    page.keyboard.press("End")
    page.evaluate(alone.NEXT_FRAME)
    strong = measures(page)
    page.keyboard.press("Home")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("s = 0.00 (w = −1.00): unconditional.")
    assert measures(page)["samples"]["posterior"] == pytest.approx(0.5, abs=0.02)
    assert strong["samples"]["posterior"] > strong["tilted"]["posterior"] > 0.9
    assert strong["samples"]["variance"] < strong["tilted"]["variance"] < strong["conditional"]["variance"]


def test_a_mode_is_lost_that_the_tilted_density_keeps(show):
    page = show(three(scale=4.0))
    press(page, "0")
    found = measures(page)
    assert found["conditional"]["shares"] == pytest.approx([0.5, 0.5], abs=0.01)
    assert found["tilted"]["shares"][1] > 0.4
    assert found["samples"]["shares"][1] < 0.05
    assert "modes 1.00 : 0.00, 0.50 : 0.50" in alone.text(page)


def test_the_sampler_changes_the_samples_alone(show):
    page = show(GuidanceExplorer(scale=4.0, data="broad", label=1))
    press(page, "1")
    ode = measures(page)
    choose(page, "Sampler", "ancestral")
    ancestral = measures(page)
    assert ancestral["tilted"] == ode["tilted"]
    assert ancestral["samples"]["variance"] > 1.5 * ode["samples"]["variance"]
    assert "200 ancestral steps" in alone.text(page)
    before = alone.picture(page)
    choose(page, "Sampler", "deterministic")
    assert measures(page) == ode
    choose(page, "Sampler", "ancestral")
    assert alone.picture(page) == before


def test_what_is_shown_is_three_switches(show):
    page = show(GuidanceExplorer(scale=3.0))
    whole, seen = alone.picture(page), set()
    for name, trait in (("samples", "samples"), ("p(x | y)", "conditional"), ("tilted density", "tilted")):
        press(page, name)
        assert alone.saved(page, trait) == [False]
        seen.add(alone.picture(page))
        press(page, name)
        assert alone.saved(page, trait) == [True]
        assert alone.picture(page) == whole
    assert len(seen) == 3


def test_the_convention_is_always_in_sight(show, page):
    page.add_init_script(canvas_texts.WATCH)
    show(digits(scale=3.0))
    for view in ("digits", "exact mixture"):
        press(page, view)
        for name, heading, rule in (
            ("w", "w = 2.00 (s = 3.00)", "(1 + w) cond − w uncond,  s = 1 + w"),
            ("s", "s = 3.00 (w = 2.00)", "uncond + s (cond − uncond),  w = s − 1"),
        ):
            page.evaluate("() => (window.written = [])")
            press(page, name)
            written = page.evaluate("() => window.written")
            assert rule in written
            assert any(text.startswith(heading) for text in written)
            assert alone.text(page).startswith(heading)
            assert alone.saved(page, "convention") == [name]


def test_the_classes_keep_the_label_where_they_have_it(show):
    page = show(three(label=2))
    assert button(page, "2").is_visible()
    choose(page, "Classes", "eight")
    assert alone.saved(page, "data", "label") == ["eight", 1]
    assert not button(page, "2").is_visible()
    choose(page, "Classes", "two")
    assert alone.saved(page, "data", "label") == ["two", 1]


def test_a_mixture_of_your_own_comes_first(show):
    page = show(own_data())
    assert page.get_by_role("combobox", name="Classes").input_value() == "yours"
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.evaluate(alone.NEXT_FRAME)
    assert measures(page)["samples"]["posterior"] == pytest.approx(0.1, abs=0.02)


def test_the_keys_change_the_scale_and_the_label(show):
    page = show(three(scale=2.0))
    page.locator("canvas").focus()
    before = alone.picture(page)
    for key, scale, label in (
        ("ArrowRight", 2.25, 0),
        ("Shift+ArrowLeft", 2.2, 0),
        ("ArrowLeft", 1.95, 0),
        ("Shift+ArrowRight", 2.0, 0),
        ("ArrowDown", 2.0, 2),
        ("ArrowUp", 2.0, 0),
    ):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.saved(page, "scale", "label") == [pytest.approx(scale), label]
        assert alone.text(page).startswith(f"s = {scale:.2f} ")
    assert alone.picture(page) == before


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_the_pointer_on_the_ruler_is_the_scale_even_in_a_scaled_deck(show, style):
    page = show(GuidanceExplorer(), style)
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    ratio, size = box["width"] / width, max(13, min(24, width / 54))
    left, right = size, width - 1.4 * size
    y = box["y"] + ratio * (round(1.2 * size) + 1.3 * max(13, 0.85 * size))
    page.mouse.move(box["x"] + ratio * (left + (right - left) * 3 / 8), y)
    page.mouse.down()
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("s = 3.00 ")
    page.mouse.move(box["x"] + ratio * (left + (right - left) * 5.5 / 8), y + 40, steps=5)
    page.mouse.up()
    assert alone.saved(page, "scale") == [pytest.approx(5.5, abs=0.051)]
    page.evaluate(alone.NEXT_FRAME)
    before = alone.picture(page)
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.7 * box["height"])  # in the plane: nothing
    page.evaluate(alone.NEXT_FRAME)
    assert alone.picture(page) == before


def test_space_sweeps_to_the_end_and_then_from_zero(show):
    page = show(GuidanceExplorer(scale=7.5))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => window.saved?.scale === 8")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("s = 8.00 ")
    page.keyboard.press(" ")
    page.wait_for_function(
        "() => / 0\\.[1-9]/.test(document.querySelector('.course-summary').textContent.slice(0, 8))"
    )
    press(page, "Pause")
    paused = alone.text(page)
    page.wait_for_timeout(200)
    assert alone.text(page) == paused
    assert 0 < alone.saved(page, "scale")[0] < 4


def test_with_less_motion_space_takes_whole_steps(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(GuidanceExplorer(scale=5.5))
    page.locator("canvas").focus()
    seen = []
    for _ in range(5):
        page.keyboard.press(" ")
        seen += alone.saved(page, "scale")
    assert seen == [6, 7, 8, 0, 1]


def grey_of_a_digit(page):
    """A pixel of the first digit: a line and a half below the ruler, its labels and the columns' names."""
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    size = max(13, min(24, width / 54))
    small = max(13, 0.85 * size)
    script = """([x, y]) => {
      const canvas = document.querySelector("canvas"), ratio = canvas.width / canvas.clientWidth;
      return canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data[0];
    }"""
    return page.evaluate(script, [20, 1.2 * size + 4.85 * small + 15])


def test_the_nearest_grid_is_shown_and_said(show):
    page = show(digits(scale=3.1))
    assert alone.text(page) == (
        "s = 3.10 (w = 2.10): showing the grid made at s = 3. "
        "A row for each of 5 noises, a column for each label. Accuracy 0.950."
    )
    assert grey_of_a_digit(page) == round(255 * 3 / 8)
    page.locator("canvas").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.evaluate(alone.NEXT_FRAME)
    assert "s = 4.10 (w = 3.10): showing the grid made at s = 5." in alone.text(page)
    assert grey_of_a_digit(page) == round(255 * 5 / 8)
    assert alone.saved(page, "scale", "view") == [pytest.approx(4.1), "digits"]
    assert "Accuracy" not in alone.text(page)  # there is no number for 5


def test_the_two_views_are_one_switch_where_there_are_digits(show):
    page = show(digits())
    assert not page.get_by_role("combobox", name="Sampler").is_visible()
    press(page, "exact mixture")
    assert page.get_by_role("combobox", name="Sampler").is_visible()
    assert alone.saved(page, "view") == ["exact"]
    assert "tilted: mean p(y" in alone.text(page)
    press(page, "digits")
    assert "showing the grid" in alone.text(page)


def test_without_digits_there_is_no_such_view(show):
    page = show(GuidanceExplorer())
    assert button(page, "digits").count() == 0
