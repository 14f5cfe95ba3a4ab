"""The Dirac-GAN in a bare page: presets, controls, keys, playing, the pointer, and how fast a drag is."""

import re

import alone
import canvas_texts
import pytest

from course_utils.widgets import DiracGame

pytestmark = pytest.mark.browser
TALLEST = 366  # as in layout.js
NAMES = ("game", "penalty", "strength", "h", "rule", "theta", "psi")
VIEWS = {
    "plain": {},
    "long names": {"game": "non_saturating", "penalty": "instance_noise", "h": 0.05},
    "a kink": {"game": "lsgan", "penalty": "wgan_gp", "rule": "alternating"},
    "a box": {"penalty": "clip", "strength": 0.7, "theta": -2.5, "psi": 2.5},
    "far out": {"strength": 10.0, "penalty": "r1", "h": 2.5},
}
every_view = pytest.mark.parametrize("view", VIEWS)


def choose(page, name, value):
    page.get_by_role("combobox", name=name).select_option(value)
    page.evaluate(alone.NEXT_FRAME)


def at(page, theta, psi):
    """Where a place lies on the screen, by the layout of a wide canvas, in a deck of any scale."""
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    small = max(13, 0.85 * min(24, width / 54))
    head = round(1.5 * small)
    side = round(min(0.5 * width, TALLEST - head - 1.6 * small))
    x, y = 2 * small + (theta + 2.5) / 5 * side, head + (2.5 - psi) / 5 * side
    return box["x"] + x * box["width"] / width, box["y"] + y * box["width"] / width


@every_view
def test_each_view_fits_with_text_that_is_neither_small_nor_cut_off(show, page, view):
    page.add_init_script(canvas_texts.WATCH)
    show(DiracGame(**VIEWS[view]), "#host { width: 320px }")
    for width in (320, 480, 600, 900):
        alone.resize(page, width)
    assert page.evaluate("() => window.cut") == []
    alone.assert_it_fits(page)


@pytest.mark.parametrize("widest", [900, 1080])  # a page's, a deck's
@every_view
def test_it_fits_a_slide(show, page, view, widest):
    page.set_viewport_size({"width": 1100, "height": 720})
    show(DiracGame(**VIEWS[view]), f"body {{ --course-widget-max: {widest}px }}")
    assert page.locator(".course-widget").bounding_box()["height"] <= 600


@pytest.mark.parametrize(
    ("preset", "verdict"),
    [
        ("WGAN circles", "circles"),
        ("Simultaneous steps spiral out", "spirals out"),
        ("R1 arrives", "arrives"),
        ("WGAN-GP need not", "circles"),
    ],
)
def test_presets_set_all_and_are_told(show, preset, verdict):
    page = show(DiracGame("minimax", "consensus", h=1.0, theta=-2))
    alone.press(page, preset)
    assert f"the path {verdict}." in alone.text(page)
    settings = dict(zip(NAMES, alone.saved(page, *NAMES), strict=True))
    assert DiracGame(settings.pop("game"), **settings).numbers.verdict == verdict
    assert page.get_by_role("combobox", name="Penalty").input_value() == settings["penalty"]


def test_game_penalty_and_rule_are_chosen_and_a_penalty_brings_its_strength(show):
    page = show(DiracGame())
    seen = {alone.picture(page)}
    choose(page, "Game", "minimax")
    choose(page, "Penalty", "instance_noise")
    alone.press(page, "alternating")
    seen.add(alone.picture(page))
    assert alone.saved(page, *NAMES)[:5] == ["minimax", "instance_noise", 1, 0.1, "alternating"]
    assert "The minimax game with instance noise, σ = 1; alternating steps" in alone.text(page)
    choose(page, "Penalty", "dragan")
    assert "DRAGAN has no eigenvalues here" in alone.text(page)
    assert len(seen) == 2


def test_the_sliders_change_strength_and_step(show):
    page = show(DiracGame(penalty="r1"))
    strength, step = page.get_by_role("slider").all()
    for slider, key in ((strength, "End"), (step, "Home")):
        slider.focus()
        page.keyboard.press(key)
        page.evaluate(alone.NEXT_FRAME)
    assert (strength.get_attribute("aria-valuetext"), step.get_attribute("aria-valuetext")) == (
        "γ = 10",
        "h = 0.01",
    )
    assert alone.saved(page, "strength", "h") == [10, 0.01]
    assert "R1, γ = 10; simultaneous steps of h = 0.01" in alone.text(page)


def test_the_arrow_keys_move_the_start_and_brackets_the_step(show):
    page = show(DiracGame(theta=0.5, psi=-0.5))
    page.locator("canvas").focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Shift+ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    assert alone.saved(page, "theta", "psi") == pytest.approx([0.58, -0.4])
    page.keyboard.press("]")
    assert alone.saved(page, "h") == [0.15]
    page.keyboard.press("[")
    page.keyboard.press("[")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "h") == [0.05]
    assert "steps of h = 0.05 from (θ, ψ) = (0.58, −0.40)" in alone.text(page)


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_the_pointer_sets_the_start_even_in_a_scaled_deck(show, style):
    page = show(DiracGame(), style)
    page.mouse.move(*at(page, 2, 1))
    page.mouse.down()
    page.mouse.move(*at(page, -1.5, 0.5), steps=4)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "theta", "psi") == pytest.approx([-1.5, 0.5], abs=0.03)
    before = alone.picture(page)
    page.mouse.click(*at(page, 3.5, 0))  # beside the plane nothing is set
    page.evaluate(alone.NEXT_FRAME)
    assert alone.picture(page) == before


def test_space_plays_the_path_and_again_pauses_it(show):
    page = show(DiracGame(penalty="r1"))
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    seen = set()
    for _ in range(6):
        page.wait_for_timeout(60)
        seen.add(re.search(r"Step (\d+):", alone.text(page))[1])
    assert len(seen) > 3
    alone.press(page, "Pause")
    paused = alone.text(page)
    page.wait_for_timeout(150)
    assert alone.text(page) == paused
    page.keyboard.press("Tab")
    page.locator("canvas").focus()
    page.keyboard.press("ArrowLeft")  # a new path is shown whole
    page.evaluate(alone.NEXT_FRAME)
    assert "Step 300:" in alone.text(page)


def test_with_less_motion_space_takes_25_steps_at_a_time(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(DiracGame())
    page.locator("canvas").focus()
    seen = []
    for _ in range(13):
        page.keyboard.press(" ")
        page.evaluate(alone.NEXT_FRAME)
        seen.append(int(re.search(r"Step (\d+):", alone.text(page))[1]))
    assert seen == [*range(25, 301, 25), 25]


SLOW = {"game": "minimax", "penalty": "instance_noise", "rule": "alternating"}  # an integral at every step


@pytest.mark.parametrize("setup", [{}, SLOW], ids=["plain", "slowest"])
def test_every_move_of_a_drag_is_drawn(show, record_property, setup):
    page = show(DiracGame(**setup))
    page.mouse.move(*at(page, 0, 0))
    page.mouse.down()
    page.evaluate(TIMED)
    for i in range(40):
        page.mouse.move(*at(page, 2 * (i / 40) - 1, 1 - i / 40))
        page.evaluate(alone.NEXT_FRAME)
    page.mouse.up()
    times = sorted(page.evaluate("() => window.taken"))
    median, p95 = (times[int(share * len(times))] for share in (0.5, 0.95))
    record_property("draw_p95_ms", round(p95, 1))
    print(f"\nDiracGame, {setup}: {len(times)} moves, median {median:.1f} ms, p95 {p95:.1f} ms")
    assert len(times) >= 35


TIMED = """() => {
  window.taken = [];
  const canvas = document.querySelector("canvas");
  let began = null;
  canvas.addEventListener("pointermove", () => (began = performance.now()), { capture: true });
  const seen = () => began !== null && (window.taken.push(performance.now() - began), (began = null));
  const summary = document.querySelector(".course-summary");
  new MutationObserver(seen).observe(summary, { childList: true, characterData: true, subtree: true });
}"""
