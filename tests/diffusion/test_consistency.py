"""Consistency: the boundary condition, the exact map of a Gaussian, and sampling with it."""

import itertools
import math

import pytest
import torch

from course_utils.diffusion import consistency


def test_at_the_smallest_level_the_answer_is_the_input():
    x = torch.randn(4, 2, 3)
    f = consistency.consistent(lambda x, sigma: torch.full_like(x, 1e3), sigma_data=0.7, sigma_min=0.01)
    assert torch.equal(f(x, torch.full((4,), 0.01)), x)


@pytest.mark.parametrize("data", [0.5, 2.0])
def test_the_scalings_at_both_ends(data):
    sigma = torch.tensor([0.002, 1e6], dtype=torch.float64)
    c_skip, c_out = consistency.scalings(sigma, data)
    assert c_skip.tolist() == pytest.approx([1.0, 0.0], abs=1e-9)
    assert c_out.tolist() == pytest.approx([0.0, data], rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("least", [0.0, 0.3])
def test_the_exact_map_solves_the_probability_flow(least):
    """dx / d sigma = x sigma / (s^2 + sigma^2), by small midpoint steps from sigma = 4 down."""
    std, x = 1.7, torch.tensor([[-2.0], [0.4], [5.0]], dtype=torch.float64)
    end, n = x.clone(), 4_000
    levels = torch.linspace(4, least, n + 1).tolist()
    for high, low in itertools.pairwise(levels):
        middle = end + (low - high) / 2 * end * high / (std**2 + high**2)
        half = (low + high) / 2
        end = end + (low - high) * middle * half / (std**2 + half**2)
    assert torch.allclose(consistency.gaussian_map(x, 4.0, std, least), end, atol=1e-6)


def test_the_exact_map_is_consistent_along_a_path():
    """Two points of one path go to one end."""
    x, std = torch.randn(6, 2, dtype=torch.float64), 0.6
    high, low = torch.full((6,), 3.0), 0.8
    between = consistency.gaussian_map(x, high, std, low)
    ends = [consistency.gaussian_map(x, high, std), consistency.gaussian_map(between, low, std)]
    assert torch.allclose(*ends, atol=1e-12)


def test_it_makes_noise_into_data_in_one_call_or_more():
    std, top = 0.6, 20.0
    generator = torch.Generator().manual_seed(0)
    noise = math.sqrt(std**2 + top**2) * torch.randn(40_000, 1, generator=generator)

    def exact(x, sigma):
        return consistency.gaussian_map(x, sigma, std)

    for levels in ([top], [top, 2.0], [top, 5.0, 1.0, 0.2]):
        made = consistency.sample(exact, noise, torch.tensor(levels), generator)
        assert float(made.std()) == pytest.approx(std, rel=0.02)


def test_its_dice_are_the_generators():
    noise, levels = torch.randn(5, 1), torch.tensor([4.0, 1.0])

    def exact(x, sigma):
        return consistency.gaussian_map(x, sigma, 1.0)

    one, two, other = (
        consistency.sample(exact, noise, levels, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one, two) and not torch.equal(one, other)


def test_a_level_below_the_smallest_is_told():
    with pytest.raises(ValueError, match="sigma must"):
        consistency.scalings(torch.tensor([0.001]))
