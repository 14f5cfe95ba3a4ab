"""Dequantisation, the logit and bits per dimension, against what is exact for a uniform and for a coin."""

import math

import pytest
import torch

from course_utils import flows


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_dequantised_levels_fill_their_cells_and_no_other(levels):
    x = torch.arange(levels).repeat(2_000, 1)
    y = flows.dequantise(x, levels, torch.Generator().manual_seed(0))
    assert y.dtype == torch.float32 and y.min() >= 0 and y.max() < 1
    assert torch.equal(flows.dequantise(x, levels, torch.Generator().manual_seed(0)), y)
    inside = y.double() * levels - x
    assert inside.min() > -1e-4 and inside.max() < 1 + 1e-4
    for column in (0, levels - 1):
        found = inside[:, column]
        assert abs(float(found.mean()) - 1 / 2) < 0.03 and abs(float(found.var()) - 1 / 12) < 0.01
    exact = flows.dequantise(x.double(), levels)
    assert exact.dtype == torch.float64 and torch.equal((exact * levels + 1e-12).floor(), x.double())


def test_dequantised_never_reaches_one():
    y = flows.dequantise(torch.full((300, 10_000), 255), 256, torch.Generator().manual_seed(0))
    assert y.max() < 1


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_a_uniform_density_needs_log2_levels_bits(levels):
    bits = flows.bits_per_dimension(torch.zeros(3), 64, levels)
    assert torch.allclose(bits, torch.full((3,), math.log2(levels)))


def test_a_density_flat_in_each_cell_needs_the_entropy_s_bits():
    chances = torch.tensor([0.5, 0.25, 0.125, 0.125])  # 1, 2, 3, 3 bits
    x = torch.tensor([[0, 1, 2], [3, 3, 0]])
    y = flows.dequantise(x, 4)
    log_prob = (4 * chances[(4 * y).long()]).log().sum(1)  # each cell is 1 / 4 wide
    assert torch.allclose(flows.bits_per_dimension(log_prob, 3, 4), torch.tensor([6 / 3, 7 / 3]))


@pytest.mark.parametrize("alpha", [0.0, 1e-6, 0.05, 0.3])
def test_the_logit_is_the_inverse_of_the_sigmoid_with_its_slope(alpha):
    x = torch.linspace(0.01, 0.99, 30, dtype=torch.float64).view(5, 6)
    y, log_det = flows.logit_transform(x, alpha)
    assert torch.allclose(torch.sigmoid(y), alpha + (1 - 2 * alpha) * x)
    slope = (1 - 2 * alpha) * (y.exp() + 2 + (-y).exp())  # 1 / (p (1 - p)) with p = sigmoid(y)
    assert torch.allclose(log_det, slope.log().sum(1))
    assert torch.allclose(flows.Logit(alpha).inverse(y), x)


def test_a_logistic_base_under_the_logit_is_uniform():
    class Logistic:
        def log_prob(self, z):
            return (-z - 2 * torch.nn.functional.softplus(-z)).sum(1)

    flow, x = flows.Flow([flows.Logit(0.0)], Logistic()), torch.rand(20, 4, dtype=torch.float64)
    assert torch.allclose(flow.log_prob(x), torch.zeros(20, dtype=torch.float64), atol=1e-9)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: flows.dequantise(torch.tensor([[0.5, 1.0]]), 4), "whole numbers from 0 to 3; scale it by 3"),
        (lambda: flows.dequantise(torch.tensor([[4]]), 4), "whole numbers from 0 to 3"),
        (lambda: flows.dequantise(torch.tensor([[-1]]), 4), "whole numbers from 0 to 3"),
        (lambda: flows.dequantise(torch.tensor([[math.nan]]), 4), "whole numbers from 0 to 3"),
        (lambda: flows.dequantise(torch.tensor([[0]]), 1), "levels must be at least 2"),
        (lambda: flows.logit_transform(torch.tensor([[0.0]]), 0.0), "above -0 and below 1 for alpha=0"),
        (lambda: flows.logit_transform(torch.tensor([[1.2]]), 0.05), "above -0.0556 and below 1.06"),
        (lambda: flows.logit_transform(torch.tensor([[math.nan]])), "x must lie above"),
        (lambda: flows.bits_per_dimension(0.0, 3, 4), "log_prob must be a torch.Tensor"),
        (lambda: flows.bits_per_dimension(torch.zeros(2), 0, 4), "dim must be at least 1"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
