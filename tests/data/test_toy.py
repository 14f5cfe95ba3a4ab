"""The toys: their moments, and the shape that each one's name promises."""

import math

import pytest
import torch

from course_utils.data import TOYS, toy
from course_utils.exact import GaussianMixture

N = 20_000


@pytest.mark.parametrize("name", TOYS)
def test_every_toy_is_centred_and_of_about_unit_scale(name):
    points = toy(name, N)
    assert points.shape == (N, 2) and points.dtype == torch.float32 and points.is_contiguous()
    assert points.mean(0).abs().max() < 5 * points.std(0).max() / N**0.5
    assert 0.85 < points.square().mean().sqrt() < 1.5
    assert points.norm(dim=1).quantile(0.999) < 3.5


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_repeats_with_its_seed_and_only_with_it(name):
    torch.manual_seed(0)
    state = torch.get_rng_state()
    assert torch.equal(toy(name, 50, seed=4), toy(name, 50, seed=4))
    assert not torch.equal(toy(name, 50, seed=4), toy(name, 50, seed=5))
    assert torch.equal(state, torch.get_rng_state())
    assert toy(name, 1).shape == (1, 2)


def test_rings_have_three_radii_equally_often():
    radius = toy("rings", N).norm(dim=1) / 0.6
    assert ((radius - radius.round()).abs() < 0.5).all()
    assert (radius - radius.round()).abs().quantile(0.99) < 0.3
    share = radius.round().long().bincount()[1:] / N
    torch.testing.assert_close(share, torch.full((3,), 1 / 3), rtol=0, atol=0.02)


def test_moons_lie_on_two_half_circles():
    points = toy("moons", N) / 1.3 + torch.tensor([0.5, 0.25])
    upper = points.norm(dim=1) - 1
    lower = (points - torch.tensor([1.0, 0.5])).norm(dim=1) - 1
    assert torch.minimum(upper.abs(), lower.abs()).quantile(0.99) < 3 * 0.08
    only_upper, only_lower = (
        (upper.abs() < 0.1) & (lower.abs() > 0.2),
        (lower.abs() < 0.1) & (upper.abs() > 0.2),
    )
    assert points[only_upper, 1].quantile(0.01) > -0.25 and points[only_lower, 1].quantile(0.99) < 0.75
    assert abs(only_upper.sum() - only_lower.sum()) < 0.05 * N


def test_spiral_arms_wind_evenly_and_lie_half_a_turn_apart():
    points = toy("spiral", N)
    radius, angle = points.norm(dim=1), torch.atan2(points[:, 1], points[:, 0])
    turn = (radius - 0.25) / 1.95
    off = torch.remainder(angle - 3 * math.pi * turn, math.pi)
    off = torch.minimum(off, math.pi - off)
    spread = math.hypot(0.06 * 3 * math.pi / 1.95, 0.06 / 0.6)  # of the angle, from the noise
    assert off[radius > 0.6].quantile(0.99) < 3 * spread  # 0.9; without an arm it would be 1.5


def test_swiss_roll_is_one_arm_that_winds_outwards():
    centre = torch.tensor([2 / 7, 2 / (21 * math.pi)])
    points = toy("swiss_roll", N) + centre
    radius, angle = points.norm(dim=1), torch.atan2(points[:, 1], points[:, 0])
    off = torch.remainder(angle - 7 * radius + math.pi, 2 * math.pi) - math.pi
    assert off.abs().quantile(0.99) < 1.2 and radius.min() > 0.4


def test_checkerboard_fills_the_dark_squares_evenly_and_leaves_the_light_ones():
    points = toy("checkerboard", N)
    square = (points + 2).floor().long()
    assert (square.sum(1) % 2 == 0).all() and square.min() == 0 and square.max() == 3
    share = (4 * square[:, 0] + square[:, 1]).bincount(minlength=16) / N
    assert ((share == 0) | ((share - 1 / 8).abs() < 0.015)).all() and (share > 0).sum() == 8


def test_the_gaussian_toys_are_the_mixtures_they_say():
    """The mean log density under the stated mixture is that of the mixture's own samples (its entropy)."""
    angle = math.pi / 4 * torch.arange(8, dtype=torch.float64)
    circle = 2 * torch.stack([angle.cos(), angle.sin()], 1)
    pair = torch.tensor([[-1.5, 0.0], [1.5, 0.0]], dtype=torch.float64)
    for name, mixture in {
        "eight_gaussians": GaussianMixture(circle, 0.15),
        "two_gaussians": GaussianMixture(pair, 0.5),
    }.items():
        own = mixture.log_prob(mixture.sample(N, torch.Generator().manual_seed(0)))
        toys = mixture.log_prob(toy(name, N))
        assert abs(own.mean() - toys.mean()) < 5 * own.std() * (2 / N) ** 0.5
        shares = mixture.responsibilities(toy(name, N)).mean(0)
        assert (shares * len(shares) - 1).abs().max() < 0.1


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("moon", 5), ValueError, "name must be one of .*; got 'moon'. Did you mean 'moons'"),
        (("moons", 0), ValueError, "n must be at least 1; got 0"),
        (("moons", 1.0), TypeError, "n must be a whole number; got 1.0"),
        (("moons", 5, -1), ValueError, "seed must be at least 0"),
        (("moons", 5, None), TypeError, "seed must be a whole number; got None"),
    ],
)
def test_a_wrong_request_is_told_why(arguments, error, words):
    with pytest.raises(error, match=words):
        toy(*arguments)
