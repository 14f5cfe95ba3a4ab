"""The schedule explorer's body in a bare page: presets, control points, the step, less motion."""

import re

import alone
import canvas_texts
import pytest
import torch
from in_lab import MEASURE

from course_utils.diffusion import NoiseSchedule
from course_utils.widgets import ScheduleExplorer

pytestmark = pytest.mark.browser

PICTURE = torch.linspace(0, 1, 64).reshape(1, 8, 8)


def explorer(**options):
    return ScheduleExplorer(PICTURE, **options)


def yours():
    """A tall image in colour, and a schedule that ends with no signal at all."""
    return ScheduleExplorer(torch.rand(3, 12, 9), NoiseSchedule.linear(50).zero_terminal_snr(), scale=0.3)


def said(page, pattern):
    """The number after the pattern in the summary, whether or not with a power of ten."""
    digits, power = re.search(rf"{pattern} (−?\d+(?:\.\d+)?)(?:·10([⁻⁰¹²³⁴-⁹]+))?", alone.text(page)).groups()
    exponent = (power or "⁰").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(f"{digits.replace('−', '-')}e{exponent}")


def python_of(page, **options):
    """The explorer in Python in the state that the page saved."""
    made = explorer(**options)
    for name in ("preset", "points", "scale", "step"):
        setattr(made, name, page.evaluate(f"() => window.saved.{name}"))
    return made


def assert_python_agrees(page, **options):
    now = python_of(page, **options).numbers
    assert said(page, "ᾱ") == pytest.approx(now.alpha_bar, rel=0.006 if now.alpha_bar > 0.001 else 0.05)
    assert said(page, "β") == pytest.approx(now.beta, rel=0.006 if now.beta > 0.001 else 0.05)
    assert said(page, "Wasted:") == pytest.approx(100 * now.wasted, abs=0.51)


def grip(page, i):
    """The middle of the i-th control point on the screen."""
    box = page.locator(".course-grip").nth(i).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, aside, down, steps=4):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + aside, start[1] + down, steps=steps)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)


def test_other_data_fit_too(show, page):
    page.add_init_script(canvas_texts.WATCH)
    show(yours(), "#host { width: 320px }")
    alone.assert_no_text_is_cut(page)
    alone.assert_it_fits(page)


def test_it_fits_a_slide(show):
    page = show(yours(), "#host { --course-widget-max: 1080px }")
    assert page.locator(".course-widget").bounding_box()["width"] == 1080
    assert page.locator(".course-widget").bounding_box()["height"] <= 560


def test_the_presets_are_pythons_and_the_linear_one_wastes_most(show):
    page = show(explorer(step=800))
    wasted, pictures = {}, set()
    for name in ("Linear to 0.04", "Linear", "Cosine, no offset", "Cosine", "Sigmoid"):
        button = page.locator(".course-button", has_text=re.compile(f"^{name}$"))
        button.click()
        page.evaluate(alone.NEXT_FRAME)
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator("[aria-pressed=true]").count() == 1
        assert_python_agrees(page)
        wasted[name] = said(page, "Wasted:")
        pictures.add(alone.picture(page))
    assert len(pictures) == 5
    assert wasted["Linear to 0.04"] > wasted["Linear"] > wasted["Cosine"] > 0


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_a_control_point_follows_the_pointer_even_in_a_scaled_deck(show, style):
    page = show(explorer(schedule="cosine"), style)
    before, start = alone.picture(page), grip(page, 3)
    shrunk = 0.5 if style else 1.0
    drag(page, start, 30 * shrunk, -8 * shrunk)
    points = alone.saved(page, "points")[0]
    assert len(points) == 8
    assert grip(page, 3) == pytest.approx((start[0] + 30 * shrunk, start[1] - 8 * shrunk), abs=1)
    assert alone.picture(page) != before
    assert page.locator("[aria-pressed=true]").count() == 0
    assert alone.text(page).endswith("Edited, from cosine.")
    untouched = explorer(schedule="cosine").schedule().log_snr
    for i, (step, value) in enumerate(points):
        same = value == pytest.approx(float(untouched[round(step) - 1]), abs=0.05)
        assert same == (i != 3)
    assert_python_agrees(page, schedule="cosine")
    alone.press(page, re.compile(r"^Cosine$"))
    assert alone.saved(page, "points") == [[]]
    assert alone.picture(page) == before


def test_a_point_pushes_the_others_and_they_come_back_with_the_hand(show):
    page = show(explorer())
    x, y = grip(page, 4)
    start = [grip(page, i)[1] for i in range(8)]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 90, steps=3)
    page.evaluate(alone.NEXT_FRAME)
    up = [grip(page, i)[1] for i in range(8)]
    assert up[3] < start[3] - 10 and up[3] < up[4]
    assert up[5:] == start[5:]
    page.mouse.move(x, y + 1, steps=3)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)
    assert [grip(page, i)[1] for i in range(8)] == pytest.approx(start, abs=1.1)


def test_no_drag_makes_the_curve_rise(show):
    page = show(explorer())
    for i, aside, down in ((2, 500, -300), (5, -500, 400), (0, 100, 300), (7, -80, -400)):
        drag(page, grip(page, i), aside, down)
        steps, values = zip(*alone.saved(page, "points")[0], strict=True)
        assert list(steps) == sorted(set(steps)) and (steps[0], steps[-1]) == (1, 1000)
        assert list(values) == sorted(set(values), reverse=True)
        assert_python_agrees(page)  # which refuses points that are no schedule


def test_a_point_is_reached_by_tab_and_moved_by_arrows(show):
    page = show(explorer())
    page.locator("canvas").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
    held = page.locator(".course-grip").nth(3)
    assert held.evaluate("(grip) => grip === document.activeElement")
    assert held.evaluate("(grip) => getComputedStyle(grip).outlineStyle") == "solid"
    before, step, text = grip(page, 3), said(page, "Step"), held.get_attribute("aria-valuetext")
    for key in ("ArrowUp", "Shift+ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    page.evaluate(alone.NEXT_FRAME)
    untouched = explorer().schedule().log_snr[350]
    moved = alone.saved(page, "points")[0][3]
    assert moved == [pytest.approx(371), pytest.approx(float(untouched) + 0.6)]
    after = grip(page, 3)
    assert after[0] > before[0] and after[1] < before[1]
    assert held.get_attribute("aria-valuetext") != text
    assert said(page, "Step") == step
    assert held.get_attribute("role") == "slider"
    value = float(held.get_attribute("aria-valuenow"))
    assert value == pytest.approx(moved[1], abs=0.01)
    assert float(held.get_attribute("aria-valuemin")) < value < float(held.get_attribute("aria-valuemax"))


def test_fewer_points_from_python_are_held_and_moved_too(show):
    made = explorer()
    made.points = [[1, 16.0], [400, 0.0], [1000, -30.0]]
    page = show(made)
    grips = page.locator(".course-grip:visible")
    assert grips.count() == 3
    assert grips.last.get_attribute("aria-label").startswith("Control point 3 of 3")
    drag(page, grip(page, 1), 10, -20)
    assert len(alone.saved(page, "points")[0]) == 3
    assert_python_agrees(page)
    alone.press(page, "Sigmoid")
    assert grips.count() == 8


def test_after_a_drag_the_arrows_belong_to_the_point(show):
    page = show(explorer())
    drag(page, grip(page, 4), 0, -30)
    value = alone.saved(page, "points")[0][4][1]
    page.keyboard.press("ArrowDown")
    assert alone.saved(page, "points")[0][4][1] == pytest.approx(value - 0.5)


def test_keys_on_the_picture_move_the_step_and_the_factor(show):
    page = show(explorer())
    page.locator("canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "step") == [590]
    assert alone.saved(page, "scale") == [pytest.approx(2**0.8)]
    assert_python_agrees(page)
    for _ in range(12):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
    assert alone.saved(page, "step", "scale") == [1000, 64]


def test_the_sliders_say_what_they_set(show):
    page = show(explorer())
    factor, step = (page.get_by_role("slider", name=name) for name in ("SNR ×", "Step:"))
    step.focus()
    page.keyboard.press("End")
    factor.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "step", "scale") == [1000, pytest.approx(0.5)]
    assert (step.get_attribute("aria-valuetext"), factor.get_attribute("aria-valuetext")) == ("1000", "0.5")
    assert_python_agrees(page)


def test_the_pointer_in_a_panel_or_on_the_strip_picks_the_step(show):
    page = show(explorer())
    left, right = grip(page, 0)[0], grip(page, 7)[0]
    box = page.locator("canvas").bounding_box()
    for share in (0.2, 0.52):
        page.mouse.click(left + share * (right - left), box["y"] + 0.12 * box["height"])
        assert alone.saved(page, "step")[0] == pytest.approx(1 + 999 * share, abs=2)
    page.mouse.click(left + 0.25 * (right - left), box["y"] + 0.93 * box["height"])
    assert alone.saved(page, "step") == [250]
    assert alone.saved(page, "points") == [[]]


def test_space_plays_to_the_last_step(show):
    page = show(explorer())
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => window.saved?.step === 1000")
    page.evaluate(alone.NEXT_FRAME)
    assert said(page, "Step") == 1000


def test_with_less_motion_space_goes_from_image_to_image(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(explorer(step=1))
    page.locator("canvas").focus()
    seen = []
    for _ in range(9):
        page.keyboard.press(" ")
        seen += alone.saved(page, "step")
    assert seen == [125, 250, 375, 500, 625, 750, 875, 1000, 1]


def test_every_move_of_a_control_point_is_drawn(show, record_property):
    page = show(ScheduleExplorer(torch.rand(3, 32, 32)))
    page.evaluate(MEASURE)
    x, y = grip(page, 4)
    texts, pictures = set(), set()
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(80):
        page.mouse.move(x + i / 2, y - 30 * (i % 8) / 8)
        texts.add(alone.text(page))
        if i % 20 == 0:
            pictures.add(alone.picture(page))
    page.mouse.up()
    latencies = sorted(page.evaluate("() => window.latencies"))
    assert len(latencies) >= 60 and len(texts) > 20 and len(pictures) > 1
    middle, p95 = (latencies[int(share * len(latencies))] for share in (0.5, 0.95))
    record_property("drag_p95_ms", round(p95, 1))
    print(f"\nschedule: {len(latencies)} moves, median {middle:.1f} ms, p95 {p95:.1f} ms")
