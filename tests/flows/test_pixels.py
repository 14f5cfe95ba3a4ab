"""Pixels one by one: probabilities that sum to 1 over every picture, and samples that follow them."""

import itertools

import pytest
import torch
from torch import nn

from course_utils import flows


def shaken_pixels(order):
    torch.manual_seed(0)
    model = flows.PixelMade((1, 2, 3), (16,), order).double()
    for weight in model.parameters():
        nn.init.normal_(weight, 0, 0.7)
    return model


@pytest.mark.parametrize("order", [None, [5, 0, 3, 1, 4, 2]])
def test_pixel_probabilities_of_all_pictures_sum_to_one_and_samples_follow_them(order):
    model = shaken_pixels(order)
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=6)), dtype=torch.float64)
    with torch.no_grad():
        chances = model.log_prob(every.view(-1, 1, 2, 3)).exp()
    assert float(chances.sum()) == pytest.approx(1, abs=1e-12)
    drawn = model.sample(40_000, torch.Generator().manual_seed(0)).flatten(1)
    code = (drawn @ 2 ** torch.arange(5, -1, -1).double()).long()
    counts = torch.bincount(code, minlength=64) / 40_000
    assert float((counts - chances).abs().sum() / 2) < 0.02  # total variation


def test_pixel_order_is_kept_as_turns():
    model = flows.PixelMade((1, 2, 2), (4,), [3, 0, 2, 1])
    assert model.places.tolist() == [[[1, 3], [2, 0]]]
    x = torch.zeros(1, 1, 2, 2)
    assert torch.allclose(model.log_prob(x), torch.tensor([-4 * 0.6931472]))  # it starts with fair coins


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.PixelMade((1, 2, 2)).log_prob(torch.full((1, 1, 2, 2), 0.5)), "0 and 1 alone"),
        (lambda: flows.PixelMade((1, 2, 2))(torch.zeros(1, 4)), "x must have shape"),
        (lambda: flows.PixelMade((1, 2, 2)).sample(0), "n must be at least 1"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
