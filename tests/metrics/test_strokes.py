"""Ink, radius, boldness and slant: exact on shapes, and true to the causes of rendered glyphs."""

import math

import pytest
import torch

from course_utils import metrics
from course_utils.data.glyphs import FONTS, render

DIGITS = torch.arange(10)


def drawn(font="DejaVuSans", **factors):
    """Each digit once, upright and in the middle but for these factors."""
    plain = {"rotation": 0.0, "scale": 1.0, "shear": 0.0, "dx": 0.0, "dy": 0.0, **factors}
    causes = {name: torch.full((10,), value, dtype=torch.float64) for name, value in plain.items()}
    return render(DIGITS, {"font": torch.full((10,), FONTS.index(font)), **causes})


def test_a_rectangle_has_its_moments():
    x = torch.zeros(2, 1, 20, 30)
    x[0, 0, 3:9, 5:15] = 0.5  # 6 rows of 10
    x[1, 0, 3:9, 5:15] = 1.0
    assert metrics.ink(x).tolist() == [30, 60]
    radius = math.sqrt((10**2 - 1 + 6**2 - 1) / 12)  # of 10 and of 6 points a pixel apart
    assert torch.allclose(metrics.radius(x), torch.tensor(radius, dtype=torch.float64))
    assert metrics.boldness(x).tolist() == pytest.approx([30 / radius**2, 60 / radius**2])
    assert metrics.slant(x).abs().max() < 1e-12


@pytest.mark.parametrize("lean", [-1, 0, 2])
def test_a_slanted_bar_leans_by_as_much(lean):
    x = torch.zeros(1, 1, 21, 40)
    for row in range(21):
        x[0, 0, row, 18 + lean * (10 - row) // 2] += 1  # lean / 2 pixels to the right per pixel up
    assert metrics.slant(x).item() == pytest.approx(lean / 2, abs=0.02)


def test_where_it_lies_does_not_count():
    x = drawn()
    moved = torch.roll(x, (2, -3), (2, 3))
    for measure in (metrics.ink, metrics.radius, metrics.boldness, metrics.slant):
        assert torch.allclose(measure(moved), measure(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shear", [-0.2, 0.1, 0.2])
def test_a_shear_adds_itself_to_the_slant(shear):
    change = metrics.slant(drawn(shear=shear)) - metrics.slant(drawn())
    assert (change - shear).abs().max() < 0.005


@pytest.mark.parametrize("scale", [0.85, 1.1])
def test_a_scale_multiplies_the_radius_and_leaves_boldness(scale):
    small, usual = drawn(scale=scale), drawn()
    assert (metrics.radius(small) / metrics.radius(usual) - scale).abs().max() < 0.01
    assert (metrics.ink(small) / metrics.ink(usual) - scale**2).abs().max() < 0.01
    assert (metrics.boldness(small) / metrics.boldness(usual) - 1).abs().max() < 0.02


def test_a_turn_leaves_radius_ink_and_boldness():
    turned, usual = drawn(rotation=15.0), drawn()
    for measure in (metrics.ink, metrics.radius, metrics.boldness):
        assert (measure(turned) / measure(usual) - 1).abs().max() < 0.01


@pytest.mark.parametrize(
    ("light", "bold"),
    [
        ("DejaVuSans", "DejaVuSans-Bold"),
        ("DejaVuSerif", "DejaVuSerif-Bold"),
        ("STIXGeneral", "STIXGeneralBol"),
    ],
)
def test_a_bold_font_is_bolder_in_every_digit(light, bold):
    assert (metrics.boldness(drawn(bold)) > 1.1 * metrics.boldness(drawn(light))).all()


def test_bad_input_is_told():
    with pytest.raises(ValueError, match=r"x must have shape \[B, 1, H, W\]"):
        metrics.ink(torch.zeros(3, 28, 28))
    assert metrics.slant(torch.zeros(1, 1, 5, 5)).isnan().all()
