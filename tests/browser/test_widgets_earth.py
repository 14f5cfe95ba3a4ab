"""The body of the earth mover in a bare page: presets, playing, handles, charts, keys, a scaled deck."""

import math
import re

import alone
import pytest

from course_utils.widgets import EarthMover

pytestmark = pytest.mark.browser


def said(page):
    """W1, its slope, JS and its slope, as the sentence has them."""
    pattern = r"W1 (\S+) units of x, slope (\S+); JS (\S+) of at most 0.693 nats, slope (\S+),"
    return [float(value) for value in re.search(pattern, alone.text(page).replace("−", "-")).groups()]


def places(page):
    """Where things are on the canvas, as layout.js puts them: its width, the text's size, and two panels."""
    width = page.locator("canvas").bounding_box()["width"]
    size = max(13, min(24, width / 54))
    small, right = max(13, size * 0.85), round(width * 0.6) - 8
    unit = max(60, min(75, right * 0.18))
    axis = small * 1.8 + unit * 1.3
    plan = axis + small * 2.5
    return {"width": width, "size": size, "right": right, "axis": axis, "plan": (plan, plan + 0.7 * unit)}


def at(page, x):
    """The pixel of x on the canvas, in the panels on the left, which show -10 to 10."""
    return 6 + (places(page)["right"] - 6) * (x + 10) / 20


def drag(page, start, end):
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=3)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)


def test_the_presets_show_what_their_names_promise(show):
    page = show(EarthMover())
    seen = {}
    for name in ("Overlapping", "Far apart", "Two bumps to one", "Two parallel lines"):
        alone.press(page, name)
        seen[name] = said(page)
        assert alone.saved(page, "moved") == [0]
    w1, slope, js, js_slope = seen["Overlapping"]
    assert (w1, slope) == (1.5, 1) and 0.1 < js < 0.5 and js_slope > 0.1
    assert seen["Far apart"] == [10, 1, pytest.approx(math.log(2), abs=5e-4), 0]
    assert seen["Two parallel lines"] == [2, 1, pytest.approx(math.log(2), abs=5e-4), 0]
    assert seen["Two bumps to one"][1] == 0


def test_js_is_stuck_at_log_2_while_w1_grows_by_the_arrow_keys(show):
    page = show(EarthMover())
    alone.press(page, "Two parallel lines")
    page.locator("canvas").focus()
    for step in range(1, 5):
        page.keyboard.press("ArrowRight")
        page.evaluate(alone.NEXT_FRAME)
        w1, slope, js, js_slope = said(page)
        assert (w1, slope, js, js_slope) == (pytest.approx(2 + 0.25 * step, abs=6e-4), 1, 0.693, 0)
    page.keyboard.press("Shift+ArrowLeft")
    assert alone.saved(page, "q_mean") == [pytest.approx(2.95)]


def test_keys_choose_widen_and_split(show):
    page = show(EarthMover())
    page.locator("canvas").focus()
    for key in ("p", "ArrowLeft", "ArrowUp", "]", "]"):
        page.keyboard.press(key)
    traits = ("chosen", "p_mean", "p_std", "p_gap", "q_mean", "q_std")
    assert alone.saved(page, *traits) == ["p", -2.25, pytest.approx(0.9), 1, 2, 0.8]
    assert page.get_by_role("button", name=re.compile("p$")).first.get_attribute("aria-pressed") == "true"
    page.keyboard.press("[")
    page.keyboard.press("q")
    page.keyboard.press("ArrowDown")
    assert alone.saved(page, *traits) == ["q", -2.25, pytest.approx(0.9), 0.5, 2, pytest.approx(0.7)]
    alone.press(page, "Split p in two")
    assert alone.saved(page, "p_gap") == [0]
    alone.press(page, "Split p in two")
    assert alone.text(page).count("p at −4.25 and −0.25") == 1


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5); transform-origin: 0 0; width: 900px }"]
)
def test_hills_bumps_and_widths_are_dragged_also_in_a_scaled_deck(show, style):
    page = show(EarthMover(p_mean=0, p_gap=6, p_std=0.6, q_mean=0), style)
    scale = 0.5 if style else 1

    def pull(start, end):
        box, width = (
            page.locator("canvas").bounding_box(),
            page.evaluate("document.querySelector('canvas').clientWidth"),
        )
        right = round(width * 0.6) - 8
        axis = max(13, max(13, min(24, width / 54)) * 0.85) * 1.8 + 1.3 * max(60, min(75, right * 0.18))
        points = [(scale * (6 + (right - 6) * (x + 10) / 20), scale * (axis - up)) for x, up in (start, end)]
        assert box["width"] == pytest.approx(scale * width, abs=1)
        drag(page, *points)

    pull((3, 0), (5, 0))  # p's right bump alone
    assert alone.saved(page, "p_mean", "p_gap", "chosen") == pytest.approx([1, 8, "p"], abs=0.05)
    pull((0, 0), (-1, 0))  # q's diamond
    assert alone.saved(page, "q_mean", "p_mean", "chosen") == pytest.approx([-1, 1, "q"], abs=0.05)
    pull((-3, 75), (-4, 75))  # where p is higher than q, away from the handles
    assert alone.saved(page, "p_mean", "p_gap") == pytest.approx([0, 8], abs=0.05)


def test_a_square_changes_only_the_width(show):
    page = show(EarthMover(p_mean=-5))
    height = (
        places(page)["axis"] - 1.3 * max(60, min(75, places(page)["right"] * 0.18)) * math.exp(-0.5) / 1.1
    )
    drag(page, (at(page, 2.8), height), (at(page, 3.5), height))
    assert alone.saved(page, "q_mean", "q_std") == [2, pytest.approx(1.5, abs=0.06)]


def test_in_the_plan_the_pointer_moves_the_earth_and_in_a_chart_q(show):
    page = show(EarthMover())
    top, bottom = places(page)["plan"]
    drag(page, (60, top), (60, top + 0.75 * (bottom - top)))
    assert alone.saved(page, "moved") == [pytest.approx(0.75, abs=0.03)]
    assert "Earth moved: 7" in alone.text(page)
    width, size, right = (places(page)[name] for name in ("width", "size", "right"))
    left = right + 2 * size
    x = left + (width - 8 - left) * (-4 + 8) / 16
    drag(page, (x + 30, 60), (x, 60))
    assert alone.saved(page, "q_mean") == [pytest.approx(-4, abs=0.05)]
    assert said(page)[:2] == [pytest.approx(2, abs=0.05), -1]


def test_space_plays_from_where_the_earth_is_and_again_from_the_start(show):
    page = show(EarthMover(moved=0.8))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    assert page.get_by_role("button", name="Pause").count() == 1
    page.wait_for_function("() => window.saved?.moved === 1")
    page.evaluate(alone.NEXT_FRAME)
    assert "Earth moved: 100 %" in alone.text(page)
    alone.press(page, "Play")
    page.wait_for_timeout(200)
    alone.press(page, "Pause")
    assert 0 < alone.saved(page, "moved")[0] < 1


def test_with_less_motion_space_goes_in_quarters(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(EarthMover())
    page.locator("canvas").focus()
    seen = []
    for _ in range(5):
        page.keyboard.press(" ")
        seen += alone.saved(page, "moved")
    assert seen == [0.5, 0.75, 1, 0, 0.25]


def test_nothing_leaves_the_line_and_two_bumps_stay_on_it(show):
    page = show(EarthMover(p_mean=7, chosen="p"))
    alone.press(page, "Split p in two")
    assert alone.saved(page, "p_mean", "p_gap") == [6, 4]
    page.locator("canvas").focus()
    for _ in range(40):
        page.keyboard.press("ArrowUp")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert alone.saved(page, "p_mean", "p_std") == [6, 2]
    y = places(page)["axis"]
    drag(page, (at(page, 4), y), (at(page, -9), y))  # as far as 12 from the other bump, which stays
    assert alone.saved(page, "p_mean", "p_gap") == pytest.approx([2, 12], abs=1e-9)
