"""The flow explorer in a bare page: time, steps, rounds, couplings, your own model, keys and pointer."""

import re

import alone
import canvas_texts
import pytest

from course_utils.exact import GaussianMixture
from course_utils.widgets import FlowExplorer

pytestmark = pytest.mark.browser


def three():
    return FlowExplorer(data="three", steps=3, t=1.0)


def plane():
    return FlowExplorer(data="eight", coupling="transport", rounds=1)


def own():
    """One narrow bump far out, one wide."""
    return FlowExplorer(GaussianMixture([[6.0], [-4.0]], [0.2, 1.0], [0.3, 0.7]))


def learned(**options):
    """A velocity that moves everything by 1, and for round 1 one that stays."""
    return FlowExplorer(model=[lambda x, t: x * 0 + 1, lambda x, t: x * 0], **options)


MAKERS = [FlowExplorer, three, plane, own, learned]


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
    """What Python was told."""
    return alone.saved(page, "numbers")[0]


@pytest.mark.parametrize("make", MAKERS)
def test_each_view_fits_with_text_that_is_neither_small_nor_cut_off(show, page, make):
    page.add_init_script(canvas_texts.WATCH)
    show(make(), "#host { width: 320px }")
    for width in (320, 480, 600, 700, 900):
        alone.resize(page, width)
        for name in ("1", "midpoint", "optimal transport", "0", "independent", "Euler"):
            press(page, name)
    assert page.evaluate("() => window.cut") == []
    assert "straightness" in page.evaluate("() => window.written")
    alone.assert_it_fits(page)


@pytest.mark.parametrize("widest", [900, 1080])  # a page's, a deck's
@pytest.mark.parametrize("make", MAKERS)
def test_it_fits_a_slide(show, page, make, widest):
    page.set_viewport_size({"width": 1100, "height": 720})
    show(make(), f"body {{ --course-widget-max: {widest}px }}")
    assert page.locator(".course-widget").bounding_box()["height"] <= 560


def test_stopping_leaves_no_listener_behind(show):
    page = show(FlowExplorer())
    assert page.evaluate("() => window.counted()") == 9
    alone.press(page, "Play")
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0
    before = alone.picture(page)
    page.wait_for_timeout(200)
    assert alone.picture(page) == before


def test_the_time_moves_the_picture_and_nothing_that_is_measured(show):
    page = show(FlowExplorer(t=0.0))
    slider, seen = page.get_by_role("slider", name="t ="), {alone.picture(page)}
    rest = alone.text(page).partition(",")[2]
    slider.focus()
    for t in (0.01, 0.02, 0.03):
        page.keyboard.press("ArrowRight")
        page.evaluate(alone.NEXT_FRAME)
        seen.add(alone.picture(page))
        assert slider.get_attribute("aria-valuetext") == f"{t:.2f}"
        assert alone.text(page) == f"t = {t:.2f},{rest}"
    assert len(seen) == 4
    assert alone.saved(page, "t") == [pytest.approx(0.03)]


def test_few_steps_miss_and_many_do_not(show):
    page = show(FlowExplorer(data="three", steps=2))
    slider = page.get_by_role("slider", name="Steps:")
    slider.focus()
    found = {}
    for key in ("Home", "End"):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        (steps,) = alone.saved(page, "steps")
        found[steps] = measures(page)
    assert found[1]["error"] > 10 * found[50]["error"]
    assert found[1]["straightness"] == found[50]["straightness"]  # of the flow, not of the steps
    assert "50 Euler steps (50 calls)" in alone.text(page)
    press(page, "midpoint")
    assert measures(page)["error"] < 0.5 * found[50]["error"]
    assert "50 midpoint steps (100 calls)" in alone.text(page)
    assert alone.saved(page, "method") == ["midpoint"]


@pytest.mark.parametrize("data", ["two", "three", "eight"])
def test_a_reflow_leaves_no_crossing_and_one_step_is_enough(show, data):
    page = show(FlowExplorer(data=data, steps=1))
    press(page, "1")
    once = measures(page)
    press(page, "0")
    first = measures(page)
    press(page, "2")
    assert [first["rounds"], once["rounds"], measures(page)["rounds"]] == [0, 1, 2]
    assert first["crossings"] > 250 and once["crossings"] == 0
    assert once["straightness"] < 0.02 * first["straightness"]
    assert once["error"] < 0.2 * first["error"]
    assert "round 2 of reflow" in alone.text(page)


def test_the_coupling_sorts_the_lines(show):
    page = show(FlowExplorer())
    before = alone.picture(page)
    press(page, "optimal transport")
    assert measures(page)["crossings"] == 0
    assert "0 of 780 pairs of lines cross; straightness of the flow 0.000." in alone.text(page)
    assert alone.saved(page, "coupling") == ["transport"]
    press(page, "independent")
    assert alone.picture(page) == before


def test_in_the_plane_pairs_are_out_of_order_and_do_not_cross(show, page):
    page.add_init_script(canvas_texts.WATCH)
    show(FlowExplorer())
    assert "crossing pairs" in page.evaluate("() => window.written")
    page.evaluate("() => (window.written = [])")
    choose(page, "Data", "eight")
    assert "pairs out of order" in page.evaluate("() => window.written")
    assert "crossing pairs" not in page.evaluate("() => window.written")
    assert "pairs of lines are out of order" in alone.text(page)
    assert len(measures(page)["shares"]) == 8


def test_a_seed_draws_other_noise_and_data_and_comes_back(show):
    page = show(FlowExplorer())
    before = alone.picture(page)
    choose(page, "Seed", "4")
    assert alone.picture(page) != before
    assert alone.saved(page, "seed") == [4]
    choose(page, "Seed", "0")
    assert alone.picture(page) == before


def test_a_mixture_of_your_own_comes_first(show):
    page = show(own())
    assert page.get_by_role("combobox", name="Data").input_value() == "yours"
    assert "(truth 0.30 : 0.70)" in alone.text(page)


def test_your_models_velocity_drives_the_flow(show):
    page = show(learned(steps=1))
    press(page, "your model")
    found = measures(page)
    assert found["field"] == "learned"
    assert found["straightness"] == pytest.approx(0, abs=1e-8)
    assert found["error"] == pytest.approx(0, abs=1e-4)  # it is straight, but leads to the wrong place
    assert found["w1"] > 0.5
    noise, _, flow = (
        float(one.replace("−", "-")) for one in re.findall(r"[−-]?\d+\.\d+", alone.text(page))[-3:]
    )
    assert flow == pytest.approx(noise + 1, abs=0.011)
    press(page, "1")
    noise, line, flow = (
        float(one.replace("−", "-")) for one in re.findall(r"[−-]?\d+\.\d+", alone.text(page))[-3:]
    )
    assert line == pytest.approx(noise + 1, abs=0.011)  # to where round 0 led
    assert flow == pytest.approx(noise, abs=0.011)
    press(page, "2")
    assert "Your model was not given for this round." in alone.text(page)
    assert measures(page)["field"] == "exact"
    choose(page, "Data", "three")
    assert "Your model was not given for these data." in alone.text(page)
    press(page, "exact")
    assert alone.saved(page, "field") == ["exact"]


def test_without_a_model_there_is_no_such_switch(show):
    page = show(FlowExplorer())
    assert button(page, "your model").count() == 0


def test_the_keys_change_the_time_and_the_point(show):
    page = show(FlowExplorer(t=0.5, traced=0))
    page.locator("canvas").focus()
    before = alone.picture(page)
    for key, t, traced in (
        ("ArrowRight", 0.55, 0),
        ("Shift+ArrowLeft", 0.54, 0),
        ("ArrowLeft", 0.49, 0),
        ("Shift+ArrowRight", 0.5, 0),
        ("ArrowDown", 0.5, 39),
        ("ArrowUp", 0.5, 0),
    ):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.saved(page, "t", "traced") == [pytest.approx(t), traced]
        assert alone.text(page).startswith(f"t = {t:.2f},")
        assert f"Point {traced}: " in alone.text(page)
    assert alone.picture(page) == before


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
@pytest.mark.parametrize("panel", [0, 1])
def test_the_pointer_is_the_time_even_in_a_scaled_deck(show, style, panel):
    page = show(FlowExplorer(), style)
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    ratio, size = box["width"] / width, max(13, min(24, width / 54))
    side = min(round(0.34 * width), 280)
    left = 2 + panel * (side + round(0.9 * size))
    at = lambda t: box["x"] + ratio * (left + side * (0.14 + 0.72 * t))  # noqa: E731
    y = box["y"] + ratio * (round(1.6 * size) + side / 2)
    page.mouse.move(at(0.25), y)
    page.mouse.down()
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("t = 0.25,")
    page.mouse.move(at(0.8), y + 10, steps=5)
    page.mouse.up()
    assert alone.saved(page, "t") == [pytest.approx(0.8, abs=0.011)]
    page.mouse.click(box["x"] + ratio * (width - 60), y)  # among the numbers: nothing
    assert alone.saved(page, "t") == [pytest.approx(0.8, abs=0.011)]


def test_in_the_plane_the_pointer_chooses_a_point(show):
    page = show(FlowExplorer(data="eight", t=0.0, traced=0))
    text = alone.text(page)
    x, y = (float(one.replace("−", "-")) for one in re.search(r"noise \((.*?), (.*?)\)", text).groups())
    page.keyboard.press("Tab")
    box = page.locator("canvas").bounding_box()
    size = max(13, box["width"] / 54)
    side = min(round(0.34 * box["width"]), 280)
    for other in (7, 0):
        target = {0: (x, y)}.get(other, (2.4, 2.4))
        px = box["x"] + 2 + side * (0.5 + target[0] / 6.4)
        py = box["y"] + round(1.6 * size) + side * (0.5 - target[1] / 6.4)
        page.mouse.click(px, py)
        page.evaluate(alone.NEXT_FRAME)
        found = alone.saved(page, "traced")[0]
        assert (found == 0) == (other == 0)
    assert alone.text(page) == text


def test_space_plays_to_the_data_and_then_from_the_noise(show):
    page = show(FlowExplorer(t=0.9))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => window.saved?.t === 1")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("t = 1.00,")
    page.keyboard.press(" ")
    page.wait_for_function(
        "() => /^t = 0\\.[1-9]/.test(document.querySelector('.course-summary').textContent)"
    )
    press(page, "Pause")
    paused = alone.text(page)
    page.wait_for_timeout(200)
    assert alone.text(page) == paused
    assert 0 < alone.saved(page, "t")[0] < 1


def test_with_less_motion_space_takes_quarters(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(FlowExplorer(t=0.6))
    page.locator("canvas").focus()
    seen = []
    for _ in range(4):
        page.keyboard.press(" ")
        seen += alone.saved(page, "t")
    assert seen == [0.75, 1, 0, 0.25]


def test_what_python_sets_is_shown(show, page):
    show(FlowExplorer())
    page.evaluate("() => window.stop()")
    page = show(
        FlowExplorer(data="eight", rounds=1, steps=4, coupling="transport", method="midpoint", t=0.25)
    )
    assert alone.text(page).startswith("t = 0.25, round 1 of reflow, optimal transport coupling.")
    assert "4 midpoint steps (8 calls)" in alone.text(page)
    pressed = page.locator(".course-button[aria-pressed=true]").all_text_contents()
    assert pressed == ["midpoint", "1", "optimal transport"]
