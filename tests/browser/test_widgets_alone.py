"""The widgets of lessons 00 to 03 in a bare page: presets, playing, less motion, a scaled deck."""

import math
import re

import pytest
from alone import NEXT_FRAME, numbers, picture, press, saved, text
from widget_examples import latent, vae

from course_utils.widgets import DivergenceExplorer, ElboExplorer

pytestmark = pytest.mark.browser


def test_the_presets_say_what_their_names_promise(show):
    page = show(DivergenceExplorer())
    seen = {}
    for name in ("covers both", "picks one", "Far apart", "Narrow"):
        press(page, name)
        mean, std, forward, reverse, js, *_ = numbers(page)
        seen[name] = {"mean": mean, "std": std, "forward": forward, "reverse": reverse, "js": js}
    assert seen["covers both"]["forward"] == min(one["forward"] for one in seen.values())
    assert seen["picks one"]["reverse"] == min(one["reverse"] for one in seen.values())
    assert abs(seen["picks one"]["mean"]) > 1.9
    assert seen["Far apart"]["js"] == pytest.approx(0.693, abs=0.001)
    assert seen["Narrow"]["std"] == min(one["std"] for one in seen.values())
    assert page.evaluate("() => window.saved.std") == pytest.approx(seen["Narrow"]["std"], abs=0.005)


def test_what_is_paid_is_a_switch(show):
    page = show(DivergenceExplorer())
    button = page.get_by_role("button", name="q log(q/p)")
    before = picture(page)
    press(page, "q log(q/p)")
    assert button.get_attribute("aria-pressed") == "true"
    assert picture(page) != before
    press(page, "q log(q/p)")
    assert button.get_attribute("aria-pressed") == "false"
    assert picture(page) == before


def test_the_width_handle_changes_only_the_width(show):
    page = show(DivergenceExplorer(mean=0.0, std=2.0))
    box = page.locator("canvas").bounding_box()
    # The widget says where its handle is drawn: find it as the rightmost vermilion square above the axis.
    handle = page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          const ratio = canvas.width / canvas.clientWidth;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const model = [0xd5, 0x5e, 0];
          const full = (x, y) => model.every((value, c) => data[4 * (y * canvas.width + x) + c] === value);
          const solid = (x, y) => [-3, 0, 3].every((dx) => [-3, 0, 3].every((dy) => full(x + dx, y + dy)));
          for (let x = Math.round(0.55 * canvas.width); x > 3; x--)
            for (let y = 40; y < canvas.height * 0.8; y++) if (solid(x, y)) return [x / ratio, y / ratio];
        }"""
    )
    page.mouse.move(box["x"] + handle[0], box["y"] + handle[1])
    page.mouse.down()
    page.mouse.move(box["x"] + handle[0] - 40, box["y"] + handle[1], steps=4)
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    mean, std, *_ = numbers(page)
    assert mean == 0.0
    assert 0.5 < std < 1.5
    assert page.evaluate("() => window.saved.std") == pytest.approx(std, abs=0.005)


@pytest.mark.parametrize(
    "style", ["", "#host { transform: scale(0.5) translate(80px, 60px); transform-origin: 0 0 }"]
)
def test_the_point_under_the_pointer_is_z_even_in_a_scaled_deck(show, style):
    explorer = latent()
    page = show(explorer, style)
    box = page.locator("canvas").bounding_box()
    width = page.locator("canvas").evaluate("(canvas) => canvas.clientWidth")
    scale = box["width"] / width
    assert scale == pytest.approx(0.5 if style else 1.0)
    size = max(13, min(24, width / 54))
    side = round(width / 2)  # the map: its left edge at 2, its top at 1.6 lines of text
    x, y = 2 + 0.75 * side, 1.6 * size + 0.25 * side
    page.mouse.move(box["x"] + scale * x, box["y"] + scale * y)
    page.mouse.down()
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    expected = [center + 0.5 * explorer.half for center in explorer.center]
    assert page.evaluate("() => window.saved.z") == pytest.approx(expected, abs=0.02 * explorer.half)


def test_the_largest_hole_lies_between_the_clouds(show):
    page = show(latent())
    press(page, "Largest hole")
    z = page.evaluate("() => window.saved.z")
    assert all(1.5 < value < 4.5 for value in z)
    assert "a hole" in text(page)


def test_ends_are_set_where_z_is_and_the_line_crosses_the_hole(show):
    page = show(latent())
    assert re.search(r"line from A to B, [1-9] of 9 points are in holes", text(page))
    press(page, "Largest hole")
    page.locator("canvas").focus()
    page.keyboard.press("b")
    assert page.evaluate("() => window.saved.point_b") == page.evaluate("() => window.saved.z")
    press(page, "Sample N")
    assert "samples from N(0, I)" in text(page)
    press(page, "Set A")
    assert page.get_by_role("button", name="Sample N").get_attribute("aria-pressed") == "false"
    assert "9 of 9 points are in holes" in text(page)


def test_space_plays_from_a_to_b(show):
    page = show(latent())
    page.locator("canvas").focus()
    page.keyboard.press(" ")
    seen = set()
    for _ in range(10):
        page.wait_for_timeout(50)
        seen.add(tuple(numbers(page)[:2]))
    assert len(seen) > 5
    page.wait_for_function("() => window.saved && window.saved.z[0] === window.saved.point_b[0]")


def test_with_less_motion_space_steps_through_the_nine(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(latent())
    page.locator("canvas").focus()
    steps = []
    for _ in range(9):
        page.keyboard.press(" ")
        page.evaluate(NEXT_FRAME)
        steps.append(page.evaluate("() => window.saved.z[0]"))
    a, b = page.evaluate("() => [window.saved.point_a[0], window.saved.point_b[0]]")
    assert steps == pytest.approx([a + (b - a) * i / 8 for i in range(9)])


def test_the_map_layers_are_switches(show):
    page = show(latent())
    before = picture(page)
    for name, trait in (("Decode the map", "manifold"), ("Shade holes", "holes")):
        press(page, name)
        assert page.evaluate(f"() => window.saved.{trait}") is True
        assert picture(page) != before
        press(page, name)
        assert picture(page) == before


def sums(page):
    """log p(x), the ELBO and the gap in the summary, then the ELBO, its first part and its second, signed."""
    said = text(page).replace("−", "-")
    gap = r"log p\(x\) (\S+) = ELBO (\S+) \+ KL\(q‖posterior\) (\S+) nats\. "
    *values, sign, last = re.search(gap + r"ELBO (\S+) = \w+ (\S+) ([-+]) (\S+)", said).groups()
    return [float(value) for value in (*values, sign + last)]


@pytest.mark.parametrize(("decoder", "smallest"), [("linear", 0.0), ("square", math.log(2))])
def test_the_gap_closes_for_the_linear_decoder_only(show, page, decoder, smallest):
    page.emulate_media(reduced_motion="reduce")
    show(ElboExplorer(x=2.0, decoder="linear" if decoder == "square" else "square"))
    press(page, re.compile(r"= z$" if decoder == "linear" else "z²"))
    press(page, "best")
    assert saved(page, "decoder") == [decoder]
    assert sums(page)[2] == pytest.approx(smallest, abs=0.05 * smallest)  # one of two modes costs log 2
    for name in ("too narrow", "too wide", "= prior"):
        press(page, name)
        assert sums(page)[2] > smallest + 0.1
    assert saved(page, "q_mean", "q_std") == [0, 1]


def test_both_readings_add_up_to_the_same_elbo(show):
    page = show(ElboExplorer())
    seen = set()
    for name in ("reconstruction", "energy"):
        press(page, name)
        evidence, elbo, gap, total, first, second = sums(page)
        assert (elbo + gap, first + second) == pytest.approx((evidence, total), abs=1e-9)
        seen |= {elbo, total, picture(page)}
    assert len(seen) == 3  # one ELBO, two pictures


def test_keys_and_the_pointer_move_x(show):
    page = show(ElboExplorer())
    page.locator("canvas").focus()
    for key in ("]", "+", "=", "["):
        page.keyboard.press(key)
    assert saved(page, "x")[0] == pytest.approx(1.2)
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.9 * box["height"])
    assert -4 < saved(page, "x")[0] < -1
    assert saved(page, "q_mean", "q_std") == [0, 0.7]


def test_a_drag_up_widens_q_and_space_plays_to_the_best(show):
    page = show(ElboExplorer())
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 0.285 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.285 * box["width"], box["y"] + 0.25 * box["height"], steps=3)
    page.mouse.up()
    mean, std = saved(page, "q_mean", "q_std")
    assert abs(mean) < 0.01 and std > 0.9
    page.keyboard.press(" ")
    page.wait_for_function("() => Math.abs(window.saved.q_mean - 0.8) < 1e-9")
    page.evaluate(NEXT_FRAME)  # the sentence is drawn after the state is saved
    assert sums(page)[2] == 0


def test_the_slider_and_the_keys_choose_among_the_betas(show):
    page = show(vae())
    page.locator("canvas").focus()
    page.keyboard.press("+")
    assert saved(page, "beta") == [4.0]
    page.get_by_role("slider").focus()
    pictures = set()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        page.evaluate(NEXT_FRAME)
        pictures.add(picture(page))
    assert saved(page, "beta") == [0.1]
    assert len(pictures) == 2
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "0.1"
    assert "β = 0.1: KL to the prior" in text(page)


def test_both_maps_show_the_same_z(show):
    page = show(vae())
    box = page.locator("canvas").bounding_box()
    size = box["width"] / 54
    side = round((box["width"] * 0.81 - 4 - 2 * size) / 2)
    for left in (2, 2 + side + size):  # the autoencoder's map, then the VAE's
        page.mouse.click(box["x"] + left + 0.75 * side, box["y"] + 1.6 * size + 0.25 * side)
        assert saved(page, "z")[0] == pytest.approx([2.0, 2.0], abs=0.05)
        page.keyboard.press("ArrowDown")


def test_samples_layers_and_the_larger_map_are_switches(show):
    page = show(vae())
    before = picture(page)
    for name, trait in (("Sample N", "sampling"), ("Decode", "manifold"), ("Show all", "whole")):
        press(page, name)
        assert saved(page, trait) == [True]
        assert picture(page) != before
        assert ("Samples from N(0, I)" in text(page)) is (trait == "sampling")
        press(page, name)
        assert picture(page) == before


def test_space_plays_through_the_betas(show, page):
    page.emulate_media(reduced_motion="reduce")
    show(vae())
    page.locator("canvas").focus()
    seen = []
    for _ in range(3):
        page.keyboard.press(" ")
        seen += saved(page, "beta")
    assert seen == [4.0, 0.1, 1.0]
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('.course-summary').textContent.includes('β = 0.1')")
