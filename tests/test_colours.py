"""The palette as marks on white: dark enough for a dot or a thin line, and told apart by any eye."""

from itertools import combinations

import matplotlib as mpl
import pytest
import torch

from course_utils import figures

MARKS = {*figures.CLASSES, figures.NOISE}
# Machado, Oliveira and Fernandes 2009, without any green or red cones, on linear red, green and blue.
VISION = {
    "all cones": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no green cones": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "no red cones": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
}  # fmt: skip
XYZ = [
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
]  # fmt: skip
APART = 9  # CIE 1976; about 2 is the least that is seen side by side


def linear(colour):
    """sRGB's colour as light: red, green and blue [3]."""
    shown = torch.tensor(mpl.colors.to_rgb(colour), dtype=torch.float64)
    return torch.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def contrast_on_white(colour):
    """WCAG's contrast."""
    return 1.05 / (float(linear(colour) @ torch.tensor(XYZ, dtype=torch.float64)[1]) + 0.05)


def lab(light):
    """CIE L*a*b* [3] of light under D65."""
    white = torch.tensor([0.95047, 1, 1.08883], dtype=torch.float64)
    share = torch.tensor(XYZ, dtype=torch.float64) @ light.clamp(0, 1) / white
    x, y, z = torch.where(share > 0.008856, share ** (1 / 3), 7.787 * share + 16 / 116)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other, vision="all cones"):
    """How far two colours lie apart for somebody with this vision."""
    seen = torch.tensor(VISION[vision], dtype=torch.float64)
    return float(torch.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def test_the_measures_agree_with_what_is_known():
    assert contrast_on_white("#000000") == pytest.approx(21)
    assert contrast_on_white("#767676") == pytest.approx(4.54, abs=0.01)  # WCAG's own example
    assert difference("#ffffff", "#000000") == pytest.approx(100, abs=0.01)
    assert difference("#009E73", "#CC79A7", "no green cones") < 20 < 80 < difference("#009E73", "#CC79A7")


@pytest.mark.parametrize("colour", sorted(MARKS))
def test_a_mark_is_seen_on_white(colour):
    assert contrast_on_white(colour) >= 3


@pytest.mark.parametrize("vision", VISION)
def test_no_two_marks_look_the_same(vision):
    close = {pair: difference(*pair, vision) for pair in combinations(sorted(MARKS), 2)}
    assert {pair: apart for pair, apart in close.items() if apart < APART} == {}


def test_there_are_ten_classes_and_the_two_colours_of_every_lesson():
    assert len(set(figures.CLASSES)) == 10
    assert [figures.DATA, figures.MODEL] == ["#0072B2", "#D55E00"] == figures.CLASSES[:2]
