"""Straightness, reflow and the pairs of a batch."""

import itertools
import math

import pytest
import torch
from scipy import integrate

from course_utils import training
from course_utils.diffusion import PlaneNet
from course_utils.exact import GaussianMixture
from course_utils.flow_matching import (
    FlowNet,
    couple,
    exact_velocity,
    pairs_loss,
    reflow_pairs,
    sample,
    straightness,
)  # fmt: skip

F64 = torch.float64
MIXTURE = GaussianMixture(torch.tensor([[2.0, 1.0], [-2.0, 1.0]], dtype=F64), 0.3)


def normal(n, dim=2, seed=0):
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed), dtype=F64)


def test_a_straight_flow_has_straightness_0():
    shift = torch.tensor([3.0, -1.0], dtype=F64)
    assert straightness(lambda x, t: shift.expand_as(x), normal(20), steps=7) < 1e-20
    one_point = lambda x, t: (shift - x) / (1 - t[:, None])  # noqa: E731
    assert straightness(one_point, normal(20), steps=7) < 1e-20  # each to the same point, on its own line


def test_that_of_a_gaussian_is_the_integral():
    """x_t = x_0 r(t), r = hypot(1 - t, t s): |x_0|^2 times the integral of (s - 1 - r')^2."""
    s, x = 0.25, normal(100, 3)
    model = exact_velocity(GaussianMixture(torch.zeros(1, 3, dtype=F64), s))
    slope = lambda t: (t * s**2 - (1 - t)) / math.hypot(1 - t, t * s)  # noqa: E731
    per_square = integrate.quad(lambda t: (s - 1 - slope(t)) ** 2, 0, 1)[0]
    expected = per_square * x.square().sum(1).mean().item()
    assert straightness(model, x, steps=300) == pytest.approx(expected, rel=2e-2)
    assert isinstance(straightness(model, x, steps=3), float)


def test_images_are_summed_over_all_their_pixels():
    x = normal(4, 6).view(4, 1, 2, 3)
    model = exact_velocity(GaussianMixture(torch.zeros(1, 6, dtype=F64), 0.25))
    flat = straightness(model, x.flatten(1), steps=20)
    image = straightness(lambda x, t: model(x.flatten(1), t).view_as(x), x, steps=20)
    assert image == pytest.approx(flat, rel=1e-12)


def test_pairs_are_noise_and_where_the_flow_carries_it():
    model = exact_velocity(MIXTURE)
    noise, data = reflow_pairs(model, 50, steps=30, generator=torch.Generator().manual_seed(4))
    assert torch.equal(noise, torch.randn(50, 2, generator=torch.Generator().manual_seed(4)))
    assert torch.equal(data, sample(model, (50, 2), steps=30, x=noise))
    noise, data = reflow_pairs(model, (6, 2), steps=3, method="heun")
    assert noise.shape == data.shape == (6, 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_flow_lowers_the_cost_of_its_pairs(seed):
    """Theorem 3.5 of Liu et al.: the pairs of the flow cost no more than the random ones it was made from."""
    generator = torch.Generator().manual_seed(seed)
    noise, data = reflow_pairs(exact_velocity(MIXTURE), 4_000, generator=generator)
    random = (MIXTURE.sample(4_000, generator) - torch.randn(4_000, 2, generator=generator)).norm(dim=1)
    assert (data - noise).norm(dim=1).mean() < 0.95 * random.mean()


def test_a_flow_trained_on_its_own_pairs_is_straighter():
    noise, data = (part.float() for part in reflow_pairs(exact_velocity(MIXTURE), 2_000, steps=30))
    torch.manual_seed(0)
    model = FlowNet(PlaneNet(32, 2))
    training.fit(
        model, pairs_loss(), (noise, data), steps=250, batch_size=256, lr=3e-3, precision="fp32",
        device="cpu", progress=False,
    )  # fmt: skip
    x = normal(500, seed=9).float()
    assert straightness(model.eval(), x) < 0.5 * straightness(exact_velocity(MIXTURE), x)


# --- couplings ---


def cost(noise, data):
    return (noise - data).flatten(1).square().sum().item()


@pytest.mark.parametrize("seed", range(3))
def test_a_coupling_is_the_best_of_all_orders(seed):
    """Against every order of six rows."""
    noise, data = normal(6, seed=seed), 2 * normal(6, seed=seed + 10) + 1
    paired = couple(noise, data)
    best = min(cost(noise[list(order)], data) for order in itertools.permutations(range(6)))
    assert cost(paired, data) == pytest.approx(best, rel=1e-12)
    assert sorted(map(tuple, paired.tolist())) == sorted(map(tuple, noise.tolist()))


def test_a_coupling_lowers_the_cost_and_on_a_line_sorts():
    noise, data = normal(200, 1), normal(200, 1, seed=1) + 3
    paired = couple(noise, data)
    assert torch.equal(paired[data.flatten().argsort()].flatten(), noise.flatten().sort().values)
    noise, data = normal(128), MIXTURE.sample(128, torch.Generator().manual_seed(2))
    assert cost(couple(noise, data), data) < 0.8 * cost(noise, data)


def test_images_are_coupled_by_all_their_pixels():
    noise, data = normal(8, 6).view(8, 1, 2, 3).float(), normal(8, 6, seed=1).view(8, 1, 2, 3).float()
    paired = couple(noise, data)
    assert paired.shape == noise.shape and paired.dtype == torch.float32
    assert torch.equal(paired.flatten(1), couple(noise.flatten(1), data.flatten(1)))


def test_unequal_shapes_are_refused():
    with pytest.raises(ValueError, match="noise must have the shape of data"):
        couple(normal(5), normal(6))
