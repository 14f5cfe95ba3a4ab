"""The metric playground in a bare page: liars, handles, keys, controls, a scaled deck, the time of a drag."""

import functools
import re

import alone
import canvas_texts
import in_lab
import pytest
import torch

from course_utils.widgets import MetricPlayground
from course_utils.widgets.metrics import LIMITS

pytestmark = pytest.mark.browser
NAMES = {
    "Fréchet distance": "frechet",
    "kernel distance": "kernel",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "1-NN, data": "nn_data",
    "1-NN, samples": "nn_samples",
    "Inception score": "inception",
}
HALF = 5


def said(page):
    """The nine numbers as the sentence has them."""
    text = alone.text(page).replace("−", "-")
    return {name: float(re.search(rf"{label} (-?[\d.]*\d)", text)[1]) for label, name in NAMES.items()}


def pick(page, liar):
    page.get_by_role("combobox", name="Liar").select_option(liar)
    page.evaluate(alone.NEXT_FRAME)


def press(page, *keys):
    page.locator("canvas").focus()
    for key in keys:
        page.keyboard.press(key)
    page.evaluate(alone.NEXT_FRAME)


def at(page, x, y):
    """The place on the screen of a point of the plane, as layout.js has it, also where the page is scaled."""
    box, width = (
        page.locator("canvas").bounding_box(),
        page.evaluate("document.querySelector('canvas').clientWidth"),
    )
    scale = box["width"] / width
    small = max(13, max(13, min(24, width / 54)) * 0.85)
    side = round(min(width * 0.43, 370) if width >= 660 else min(width - 4, 370))
    left = 1 if width >= 660 else round((width - side) / 2)
    top, per_unit = round(small * 1.7), side / (2 * HALF)
    point = left + (x + HALF) * per_unit, top + (HALF - y) * per_unit
    return box["x"] + scale * point[0], box["y"] + scale * point[1]


def drag(page, start, end):
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=4)
    page.mouse.up()
    page.evaluate(alone.NEXT_FRAME)


@functools.cache
def plain():
    """A playground with its traits as they are at first."""
    playground = MetricPlayground()
    return playground, {name: getattr(playground, name) for name in ("made_of", "dropped", *LIMITS)}


def python(**changes):
    playground, first = plain()
    for name, value in {**first, **changes}.items():
        setattr(playground, name, value)
    return playground.numbers._asdict()


def close(page, **changes):
    assert said(page) == pytest.approx(python(**changes), rel=6e-3, abs=6e-4)


def test_each_liar_of_the_list_shows_what_python_computes(show):
    page = show(MetricPlayground())
    close(page)
    liars = {
        "copies of the data": {"made_of": "copies"},
        "copies, slightly noisy": {"made_of": "copies", "noise": 0.05},
        "a mode dropped": {"dropped": [1]},
        "one point a mode": {"width": 0},
        "modes shrunk": {"width": 0.5},
        "one Gaussian, fitted": {"made_of": "gaussian"},
        "half of it elsewhere": {"split_y": -2.2},
        "one outlier in twenty": {"outliers": 0.05},
        "honest: fresh draws": {},
    }
    for name, changes in liars.items():
        pick(page, name)
        close(page, **changes)
        assert page.get_by_role("combobox", name="Liar").input_value() == name
        for trait, value in changes.items():
            assert alone.saved(page, trait) == [value]


def test_only_the_neighbours_see_a_copy(show):
    page = show(MetricPlayground())
    pick(page, "copies of the data")
    text = alone.text(page)
    assert "Worse" not in text
    assert "Closer to the data than other data: 1-NN, data 0.000; 1-NN, samples 0.000." in text


@pytest.mark.parametrize(
    "style",
    ["", "#host { width: 340px }", "#host { transform: scale(0.5); transform-origin: 0 0; width: 900px }"],
)
def test_all_and_half_are_dragged_also_in_a_narrow_page_and_a_scaled_deck(show, style):
    page = show(MetricPlayground(), style)
    drag(page, (-4, 4), (-3, 3.5))  # away from the handles: what the arrow keys move
    assert alone.saved(page, "shift_x", "shift_y", "chosen") == pytest.approx([1, -0.5, "all"], abs=0.03)
    pick(page, "half of it elsewhere")
    half = MetricPlayground(split_y=-2.2).samples[1::2].mean(0).tolist()
    drag(page, half, (half[0] + 2, half[1] + 1))  # the square
    traits = ("split_x", "split_y", "shift_x", "chosen")
    assert alone.saved(page, *traits) == pytest.approx([2, -1.2, 0, "half"], abs=0.03)
    stay = MetricPlayground().samples[::2].mean(0).tolist()
    drag(page, stay, (stay[0] - 1, stay[1]))  # the diamond
    assert alone.saved(page, *traits) == pytest.approx([2, -1.2, -1, "all"], abs=0.03)


def test_nothing_is_dragged_outside_the_plane_nor_out_of_its_limits(show):
    page = show(MetricPlayground())
    drag(page, (7, 0), (2, 0))  # on the bars
    assert page.evaluate("() => window.saved") is None
    drag(page, (-4, 0), (4, 0))
    drag(page, (-4, 0), (4, 0))
    assert alone.saved(page, "shift_x") == [HALF]
    assert "samples outside" not in alone.text(page)


def test_every_action_has_a_key(show):
    page = show(MetricPlayground())
    press(page, "ArrowRight", "ArrowUp", "Shift+ArrowUp")
    assert alone.saved(page, "shift_x", "shift_y") == [0.25, 0.3]
    press(page, "h", "ArrowDown", "ArrowLeft")
    assert alone.saved(page, "chosen", "split_x", "split_y") == ["half", -0.25, -0.25]
    press(page, "a", "]", "]", "[", ".", ".", ",", "+", "+", "-")
    assert alone.saved(page, "chosen", "width", "noise", "outliers") == ["all", 1.1, 0.05, 0.01]
    press(page, "1", "3")
    assert alone.saved(page, "dropped") == [[1, 3]]
    press(page, "c", "1")
    assert alone.saved(page, "made_of", "dropped") == ["copies", [3]]
    changes = {
        "shift_x": 0.25,
        "shift_y": 0.3,
        "split_x": -0.25,
        "split_y": -0.25,
        "width": 1.1,
        "noise": 0.05,
    }
    close(page, **changes, outliers=0.01, made_of="copies", dropped=[3])
    assert page.get_by_role("combobox", name="Liar").input_value() == "", "no liar of the list"


def test_one_mode_stays(show):
    page = show(MetricPlayground())
    press(page, "1", "2", "3", "4", "5")
    assert alone.saved(page, "dropped") == [[1, 2, 3, 4]]
    assert said(page)["inception"] == pytest.approx(1, abs=0.05)
    pressed = [page.get_by_role("button", name=str(k)).get_attribute("aria-pressed") for k in range(1, 6)]
    assert pressed == ["false"] * 4 + ["true"]


def test_sliders_and_lists_change_and_are_saved(show):
    page = show(MetricPlayground())
    for label, trait, presses in (
        ("Width:", "width", 2),
        ("Noise:", "noise", 3),
        ("Outliers:", "outliers", 4),
    ):
        page.get_by_label(label, exact=True).last.focus()
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
        page.evaluate(alone.NEXT_FRAME)
        value = {"width": 1.1, "noise": 0.15, "outliers": 0.02}[trait]
        assert alone.saved(page, trait) == [value]
    page.get_by_role("combobox", name="Samples are").select_option("gaussian")
    page.evaluate(alone.NEXT_FRAME)
    assert alone.saved(page, "made_of") == ["gaussian"]
    close(page, width=1.1, noise=0.15, outliers=0.02, made_of="gaussian")


def test_the_students_samples_can_be_chosen_again(show):
    samples = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    page = show(MetricPlayground(samples=samples))
    assert alone.text(page).startswith("Samples: your samples.")
    pick(page, "honest: fresh draws")
    page.get_by_role("combobox", name="Samples are").select_option("yours")
    page.evaluate(alone.NEXT_FRAME)
    assert said(page) == pytest.approx(
        MetricPlayground(samples=samples).numbers._asdict(), rel=6e-3, abs=6e-4
    )


def test_no_text_is_cut_whatever_the_liar(show, page):
    page.add_init_script(canvas_texts.WATCH)
    show(MetricPlayground(), "#host { width: 320px }")
    for width in (320, 660):
        alone.resize(page, width)
        for liar in ("copies of the data", "a mode dropped", "half of it elsewhere"):
            pick(page, liar)
    assert page.evaluate("() => window.cut") == []


def test_a_drag_is_drawn_within_50_ms(show, record_property):
    page = show(MetricPlayground())
    page.evaluate(in_lab.MEASURE)
    page.mouse.move(*at(page, -4, 4))
    page.mouse.down()
    seen = set()
    for i in range(60):
        page.mouse.move(*at(page, -4 + 0.05 * i, 4 - 0.1 * (i % 7)))
        seen.add(alone.text(page))
    page.mouse.up()
    latencies = sorted(page.evaluate("() => window.latencies"))
    assert len(latencies) >= 30 and len(seen) > 10
    median, p95 = latencies[len(latencies) // 2], latencies[int(0.95 * len(latencies))]
    record_property("drag_p95_ms", round(p95, 1))
    print(f"\nmetrics: {len(latencies)} moves, median {median:.1f} ms, p95 {p95:.1f} ms")
    assert median < 50
