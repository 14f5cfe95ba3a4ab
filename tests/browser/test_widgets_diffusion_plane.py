"""The diffusion explorer in a bare page and in JupyterLab: presets, time, points, playing, a network."""

import re

import alone
import canvas_texts
import pytest
import torch

from course_utils.diffusion import NoiseSchedule, PlaneNet
from course_utils.exact import GaussianMixture
from course_utils.widgets import DiffusionExplorer

pytestmark = pytest.mark.browser

SPREAD = r"spread (\d+\.\d+)"
HALF = 3.2  # what the default data show


def with_network(**options):
    torch.manual_seed(0)
    return DiffusionExplorer(model=PlaneNet(), **options)


def own_data():
    """Two modes of the reader's own, far apart, on a schedule of twenty steps."""
    mixture = GaussianMixture([[-4.0, 1.0], [4.0, -1.0]], 0.5, [0.1, 0.9])
    return DiffusionExplorer(mixture, NoiseSchedule.cosine(20))


def said(page, pattern):
    """What the pattern's group finds in the summary, each as a number."""
    return [float(found.replace("−", "-")) for found in re.findall(pattern, alone.text(page))]


def places(page):
    """Where the traced point is, [x, y] for each path on show."""
    found = re.findall(r"\((−?\d+\.\d+), (−?\d+\.\d+)\)", alone.text(page))
    return [[float(number.replace("−", "-")) for number in pair] for pair in found]


def settle(page):
    """Wait until everything is computed and drawn."""
    page.wait_for_selector(".course-widget[aria-busy=false]")
    page.evaluate(alone.NEXT_FRAME)


def choose(page, name, value):
    page.get_by_role("combobox", name=name).select_option(value)
    settle(page)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


@pytest.mark.parametrize("make", [with_network, own_data])
def test_other_data_fit_too(show, page, make):
    page.add_init_script(canvas_texts.WATCH)
    show(make(), "#host { width: 320px }")
    alone.assert_no_text_is_cut(page)
    alone.assert_it_fits(page)


@pytest.mark.parametrize("widest", [900, 1080])  # a page's, a deck's
@pytest.mark.parametrize("make", [DiffusionExplorer, with_network])
def test_it_fits_a_slide(show, page, make, widest):
    page.set_viewport_size({"width": 1100, "height": 720})
    show(make(), f"body {{ --course-widget-max: {widest}px }}")
    settle(page)
    assert page.locator(".course-widget").bounding_box()["height"] <= 560


def test_stopping_leaves_no_listener_behind_and_no_work(show):
    page = show(with_network())
    assert page.evaluate("() => window.counted()") == 8
    page.evaluate("() => window.stop()")
    assert page.evaluate("() => window.counted()") == 0
    page.evaluate(alone.NEXT_FRAME)
    before = alone.picture(page)
    page.wait_for_timeout(300)
    assert alone.picture(page) == before


def test_the_first_frame_is_the_noise_with_both_paths_from_it(show):
    page = show(DiffusionExplorer())
    assert alone.text(page).startswith("t = 1,000 of 1,000: ᾱ 0.00004.")
    stochastic, deterministic = places(page)
    assert stochastic == deterministic
    assert said(page, SPREAD) == pytest.approx([1, 1], abs=0.05)  # 300 draws of N(0, I)


def test_the_presets_show_what_steps_and_variance_do(show):
    page = show(DiffusionExplorer())
    spreads = {}
    for name in ("Two paths", "5 steps", "25 steps, β̃", "25 steps, β"):
        press(page, name)
        assert alone.text(page).startswith("t = 0 of 1,000")
        spreads[name] = said(page, SPREAD)
        saved = alone.saved(page, "numbers")[0]
        assert saved["stochastic"]["spread"] == pytest.approx(spreads[name][0], abs=0.0051)
        assert sum(saved["stochastic"]["shares"]) == pytest.approx(1)
    assert min(spreads["5 steps"]) > 2
    assert spreads["25 steps, β̃"][0] < 0.9 < 1.05 < spreads["25 steps, β"][0]
    assert spreads["Two paths"] == pytest.approx([1, 1], abs=0.2)
    assert len(spreads["25 steps, β̃"]) == 1
    press(page, "Two modes, 4 : 1")
    assert alone.saved(page, "data", "process") == ["two", "both"]
    shares = alone.saved(page, "numbers")[0]["deterministic"]["shares"]
    assert shares == pytest.approx([0.8, 0.2], abs=0.08)


def test_the_variance_changes_the_stochastic_path_alone(show):
    page = show(DiffusionExplorer(t=0))
    settle(page)
    before = places(page)
    choose(page, "Variance", "fixed_large")
    after = places(page)
    assert after[1] == before[1]
    assert after[0] != before[0]
    choose(page, "Seed", "3")
    assert places(page)[1] != before[1]
    choose(page, "Seed", "0")
    choose(page, "Variance", "fixed_small")
    assert places(page) == before


def test_the_keys_change_the_time_and_the_point(show):
    page = show(DiffusionExplorer(t=500))
    settle(page)
    page.locator("canvas").focus()
    before = alone.picture(page)
    for key, t, point in (
        ("ArrowLeft", 480, 5),
        ("ArrowRight", 500, 5),
        ("ArrowUp", 500, 6),
        ("ArrowDown", 500, 5),
    ):
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
        assert alone.text(page).startswith(f"t = {t} of")
        assert f"Point {point}:" in alone.text(page)
        assert alone.saved(page, "t", "traced") == [t, point]
    assert alone.picture(page) == before
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.evaluate(alone.NEXT_FRAME)
    assert "Point 299:" in alone.text(page)


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_a_click_traces_the_nearest_point_even_in_a_scaled_deck(show, style):
    page = show(DiffusionExplorer(traced=26), style)
    (x, y), _ = places(page)
    page.locator("canvas").focus()
    page.keyboard.press("ArrowUp")
    assert alone.saved(page, "traced") == [27]
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    scale, size = box["width"] / width, max(13, min(24, width / 54))
    side = min(round(width * 0.37), 304)
    left = 2 + side * (x + HALF) / (2 * HALF)
    top = round(1.6 * size) + side * (HALF - y) / (2 * HALF)
    page.mouse.click(box["x"] + scale * left, box["y"] + scale * top)
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "traced") == [26]
    assert places(page)[0] == [x, y]
    before = alone.picture(page)
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"])  # on the shares: nothing
    assert alone.picture(page) == before


def test_the_slider_and_the_steps_keep_the_time_near(show):
    page = show(DiffusionExplorer(t=500))
    slider = page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext") == "500 of 1,000"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.evaluate(alone.NEXT_FRAME)
    assert slider.get_attribute("aria-valuetext") == "480 of 1,000"
    choose(page, "Steps", "5")
    assert slider.get_attribute("aria-valuetext") == "400 of 1,000"
    assert alone.saved(page, "steps", "t") == [5, 400]


def test_space_plays_to_the_data_and_forward_to_the_noise(show):
    page = show(DiffusionExplorer(t=100))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.wait_for_function("() => window.saved?.t === 0")
    choose(page, "Show", "forward")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(44):
        page.keyboard.press("ArrowRight")
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    page.evaluate(alone.NEXT_FRAME)
    assert page.get_by_role("button", name="Pause").is_visible()
    page.wait_for_function("() => window.saved?.t === 1000")
    page.evaluate(alone.NEXT_FRAME)
    assert page.get_by_role("button", name="Play").is_visible()
    assert alone.text(page).startswith("t = 1,000 of 1,000")


def test_a_pause_stays_and_play_goes_on(show):
    page = show(DiffusionExplorer())
    alone.press(page, "Play")
    page.wait_for_function(
        "() => !document.querySelector('.course-summary').textContent.startsWith('t = 1,000')"
    )
    alone.press(page, "Pause")
    paused = alone.text(page)
    page.wait_for_timeout(300)
    assert alone.text(page) == paused
    assert 0 < alone.saved(page, "t")[0] < 1000


def test_with_less_motion_space_takes_a_fifth_of_the_way(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(DiffusionExplorer())
    page.locator("canvas").focus()
    seen = []
    for _ in range(6):
        page.keyboard.press(" ")
        seen += alone.saved(page, "t")
    assert seen == [800, 600, 400, 200, 0, 1000]


def test_a_network_shows_its_field_its_error_and_drives_the_samples(show):
    page = show(with_network(t=400, steps=10))
    settle(page)
    exact = places(page)
    assert len(said(page, r"MSE of ε (\d+\.\d+)")) == 2
    assert min(said(page, r"MSE of ε (\d+\.\d+)")) > 0.1  # it has learned nothing
    before = alone.picture(page)
    choose(page, "Driven by", "learned")
    assert places(page) != exact
    assert alone.picture(page) != before
    assert alone.saved(page, "field") == ["learned"]
    choose(page, "Data", "two")
    assert "Your network has not seen these data." in alone.text(page)
    assert said(page, r"MSE of ε (\d+\.\d+)") == []


def test_without_a_network_there_is_nothing_to_drive_by(show):
    page = show(DiffusionExplorer())
    assert page.get_by_role("combobox", name="Driven by").count() == 0


def test_data_of_your_own_come_first_and_keep_their_weights(show):
    page = show(own_data())
    assert page.get_by_role("combobox", name="Data").input_value() == "yours"
    press(page, "Two paths")
    numbers = alone.saved(page, "numbers")[0]
    assert alone.saved(page, "steps", "data") == [20, "yours"]
    assert numbers["t"] == 0 and numbers["stochastic"]["error"] is None
    assert numbers["deterministic"]["shares"] == pytest.approx([0.1, 0.9], abs=0.06)
