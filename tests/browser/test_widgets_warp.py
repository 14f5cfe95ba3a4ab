"""The plane's warp in a bare page: dragged at any depth, scrubbed, played, both ways; the time of a drag."""

import math
import re

import alone
import in_lab
import pytest
import torch

from course_utils import flows
from course_utils.widgets import PlaneWarp

pytestmark = pytest.mark.browser
PAIR = r"\((−?[\d.]+), (−?[\d.]+)\)"


def number(text):
    return float(text.replace("−", "-"))


def said(page, before):
    """The pair of numbers after these words in the sentence."""
    return [number(part) for part in re.search(before + " " + PAIR, alone.text(page)).groups()]


def place(page):
    """Of the plane as layout.js has it: left, top, side, all on the screen, and the text's size."""
    box = page.locator("canvas").bounding_box()
    width = page.evaluate("document.querySelector('canvas').clientWidth")
    scale = box["width"] / width
    small = max(13, max(13, min(24, width / 54)) * 0.85)
    wide = width >= 660
    side = round(min(width * 0.46 if wide else width - 4, min(430, max(370, width / 3))))
    left = 1 if wide else round((width - side) / 2)
    return box["x"] + scale * left, box["y"] + scale * round(small * 1.7), scale * side, scale * width


def window(warp, depth):
    """How far the plane reaches at a depth: between two stages on the straight line."""
    stage = min(len(warp.read["half"]) - 2, math.floor(depth))
    low, high = warp.read["half"][stage : stage + 2]
    return low + (depth - stage) * (high - low)


def at(page, half, x, y):
    """The place on the screen of a point of the plane."""
    left, top, side, _ = place(page)
    return left + (x / half + 1) / 2 * side, top + (1 - y / half) / 2 * side


def drag(page, half, *points):
    page.mouse.move(*at(page, half, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(page, half, *point), steps=4)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)


def press(page, *keys):
    page.locator("canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    page.evaluate(alone.NEXT_FRAME)


STYLES = [
    "",
    "#host { width: 340px }",
    "#host { transform: scale(0.5); transform-origin: 0 0; width: 900px }",
]


@pytest.mark.parametrize("style", STYLES)
def test_x_is_dragged_in_the_data_and_z_in_the_noise(show, style):
    warp = PlaneWarp()
    page = show(warp, style)
    before = alone.picture(page)
    drag(page, window(warp, 0), (-1, 0), (0.8, 0.5))
    assert alone.saved(page, "way", "depth") == ["forward", 0]
    assert alone.saved(page, "point")[0] == pytest.approx([0.8, 0.5], abs=0.05)
    assert alone.picture(page) != before
    warp.point = alone.saved(page, "point")[0]
    numbers = warp.numbers
    assert said(page, "→ z") == pytest.approx(numbers.z, abs=0.011)
    assert said(page, "sent back to x") == pytest.approx(warp.point, abs=0.011)
    total = number(re.search(r"make log p\(x\) (\S+)\. In", alone.text(page))[1])
    assert total == pytest.approx(numbers.log_prob, abs=0.011)

    press(page, "End")
    drag(page, window(warp, 4), (1, 1), (-0.5, 1.2))
    assert alone.saved(page, "way", "depth") == ["back", 4]
    warp.way, warp.point = "back", alone.saved(page, "point")[0]
    assert warp.point == pytest.approx([-0.5, 1.2], abs=0.05)
    assert said(page, "→ x") == pytest.approx(warp.numbers.x, abs=0.011)


@pytest.mark.parametrize("way", ["forward", "back"])
def test_between_the_ends_the_point_follows_the_pointer_too(show, way):
    warp = PlaneWarp(way=way, depth=2.5)
    page = show(warp)
    drag(page, window(warp, 2.5), (0, 0), (0.6, -0.4))
    assert said(page, "now at") == pytest.approx([0.6, -0.4], abs=0.04)
    assert alone.saved(page, "way", "depth") == [way, 2.5]


def test_the_point_stays_in_the_rectangle_that_was_read_off(show):
    warp = PlaneWarp()
    page = show(warp)
    drag(page, window(warp, 0), (0, 0), (30, 30))
    first = warp.read["forward"][0]
    edge = [center + half for center, half in zip(first["center"], first["half"], strict=True)]
    corner = [min(value, window(warp, 0)) for value in edge]
    assert alone.saved(page, "point")[0] == pytest.approx(corner, abs=2e-3)


def test_the_slider_and_the_bars_scrub(show):
    page = show(PlaneWarp())
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.text(page).startswith("Depth 0.05 of 4: in step 1, AdditiveCoupling.")
    page.keyboard.press("End")
    assert alone.saved(page, "depth") == [4]
    left, top, side, width = place(page)
    pictures = set()
    for share in (0.55, 0.7, 0.9):  # of the picture's width: over the bars
        page.mouse.click(left + share * width, top + 0.3 * side)
        page.evaluate(alone.NEXT_FRAME)
        pictures.add((alone.saved(page, "depth")[0], alone.picture(page)))
    assert len(pictures) == 3 and all(0 < depth < 4 for depth, _ in pictures)


def test_every_action_has_a_key(show):
    page = show(PlaneWarp(point=[0.5, 0.5]))
    press(page, "ArrowRight", "ArrowUp", "Shift+ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown")
    assert alone.saved(page, "point")[0] == pytest.approx([0.4, 0.52])
    press(page, ".", ".", ".", ",")
    assert alone.saved(page, "depth") == [0.5]
    press(page, "Shift+<", "End")
    assert alone.saved(page, "depth") == [4]
    press(page, "Home", "g", "d", "p")
    assert alone.saved(page, "depth", "grid", "density", "points") == [0, "noise", False, False]
    z = said(page, "→ z")
    press(page, "b")
    assert alone.saved(page, "way") == ["back"]
    assert alone.saved(page, "point")[0] == pytest.approx(z, abs=0.006)
    press(page, "ArrowUp")
    assert said(page, "z") == pytest.approx([z[0], z[1] + 0.1], abs=0.011)


def test_space_plays_to_the_noise_and_with_z_held_back_to_the_data(show):
    page = show(PlaneWarp(depth=3.5))
    press(page, " ")
    page.wait_for_function("() => window.saved?.depth === 4")
    page.get_by_role("button", name="z → x").click()
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('.course-summary').textContent.includes('Depth 3')")
    assert page.get_by_role("button", name="Pause").count() == 1
    page.keyboard.press(" ")
    page.evaluate(alone.NEXT_FRAME)
    assert page.get_by_role("button", name="Play").count() == 1
    assert 0 < alone.saved(page, "depth")[0] < 4


def test_with_less_motion_space_goes_from_stage_to_stage(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(PlaneWarp(depth=2.25))
    seen = []
    for _ in range(3):
        press(page, " ")
        seen += alone.saved(page, "depth")
    assert seen == [3, 4, 0]


def test_the_switches_change_the_picture_and_back(show):
    page = show(PlaneWarp(depth=1.5))
    first = alone.picture(page)
    for on, off in (("noise", "data"), ("none", "data"), ("Density", "Density"), ("Points", "Points")):
        alone.press(page, re.compile(f"{on}$"))
        assert alone.picture(page) != first
        alone.press(page, re.compile(f"{off}$"))
        assert alone.picture(page) == first


def test_the_end_that_is_held_is_chosen_and_said(show):
    page = show(PlaneWarp())
    before = alone.picture(page)
    alone.press(page, "z → x")
    assert alone.text(page).startswith("Depth 0 of 4: data x. z ")
    assert "sent on to z" in alone.text(page)
    assert alone.picture(page) != before, "the end that is held has its letter in bold"


def test_drags_and_scrubs_are_timed(show, record_property):
    torch.manual_seed(0)
    flow = flows.RealNVP(2, 8)
    with torch.no_grad():
        for weights in flow.parameters():
            weights.add_(0.05 * torch.randn_like(weights))
    page = show(PlaneWarp(flow), ":root { --course-widget-max: 1280px }")
    page.evaluate(in_lab.MEASURE)
    left, top, side, width = place(page)
    for name, start, step in (
        ("drag", left + 0.2 * side, 0.01 * side),
        ("scrub", left + width / 2, width / 200),
    ):
        page.evaluate("() => (window.latencies.length = 0)")
        page.mouse.move(start, top + 0.4 * side)
        page.mouse.down()
        for i in range(60):
            page.mouse.move(start + step * i, top + (0.4 + 0.01 * (i % 7)) * side)
            alone.text(page)
        page.mouse.up()
        latencies = sorted(page.evaluate("() => window.latencies"))
        assert len(latencies) >= 30
        median, p95 = latencies[len(latencies) // 2], latencies[int(0.95 * len(latencies))]
        record_property(f"{name}_p95_ms", round(p95, 1))
        print(f"\nwarp, {name}: {len(latencies)} moves, median {median:.1f} ms, p95 {p95:.1f} ms")
