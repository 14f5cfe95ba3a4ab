"""Clipping and the penalties against functions whose slope is known, and what each leaves alone."""

import math

import pytest
import torch
from torch import nn

from course_utils import gan
from course_utils.gan import penalties

SLOPE = torch.tensor([3.0, 4.0], dtype=torch.float64)  # of length 5
REAL, FAKE = torch.randn(2, 7, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def plane(x):
    return x @ SLOPE


def bowl(x):
    """|x|^2 / 2 over all numbers of an example, of slope |x|."""
    return x.flatten(1).square().sum(1, keepdim=True) / 2


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


def test_clipping_puts_weights_and_biases_into_the_box_and_leaves_the_rest():
    critic = nn.Linear(2, 3)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[0.5, -0.5], [0.05, -0.05], [0.1, 0.0]]))
        critic.bias.copy_(torch.tensor([-2.0, 0.01, 2.0]))
    assert penalties.clip_weights(critic, 0.1) is None
    assert torch.equal(critic.weight, torch.tensor([[0.1, -0.1], [0.05, -0.05], [0.1, 0.0]]))
    assert torch.equal(critic.bias, torch.tensor([-0.1, 0.01, 0.1]))
    with pytest.raises(ValueError, match="c must be a finite number above 0"):
        penalties.clip_weights(critic, 0)


@pytest.mark.parametrize("shape", [(5, 2), (4, 3, 6, 2)])
def test_interpolates_lie_on_the_segments_one_alpha_a_row(shape):
    real, fake = torch.randn(2, *shape, generator=dice(3), dtype=torch.float64)
    x, generator = penalties.interpolate(real, fake, dice(1)), dice(1)
    alpha = torch.rand(len(real), generator=generator, dtype=torch.float64)
    share = ((x - fake) / (real - fake)).flatten(1)
    assert torch.allclose(share, alpha[:, None].expand_as(share))
    assert not torch.equal(penalties.interpolate(real, fake, generator), x)


def test_gradient_norm_is_the_length_over_all_numbers_of_an_example():
    x = torch.randn(3, 2, 4, 4, generator=dice(2), dtype=torch.float64)
    assert torch.allclose(penalties.gradient_norm(bowl, x), x.flatten(1).norm(dim=1))
    assert torch.allclose(penalties.gradient_norm(plane, REAL), torch.full((7,), 5.0).double())
    with torch.no_grad():
        assert torch.allclose(penalties.gradient_norm(plane, REAL), torch.full((7,), 5.0).double())
    assert not x.requires_grad


def test_penalties_of_a_plane_and_of_a_bowl():
    assert float(penalties.gradient_penalty(plane, REAL, FAKE)) == pytest.approx(16)
    assert float(penalties.dragan_penalty(plane, REAL)) == pytest.approx(16)
    assert float(penalties.r1_penalty(plane, REAL)) == pytest.approx(12.5)
    assert torch.allclose(penalties.r1_penalty(bowl, REAL), REAL.square().sum(1).mean() / 2)
    assert torch.allclose(penalties.r2_penalty(bowl, FAKE), FAKE.square().sum(1).mean() / 2)
    x = penalties.interpolate(REAL, FAKE, dice(5))
    wanted = (x.norm(dim=1) - 1).square().mean()
    assert torch.allclose(penalties.gradient_penalty(bowl, REAL, FAKE, dice(5)), wanted)
    generator = dice(6)
    noise = torch.rand(7, 2, generator=generator, dtype=torch.float64)
    alpha = torch.rand(7, 1, generator=generator, dtype=torch.float64)
    around = alpha * REAL + (1 - alpha) * (REAL + 0.5 * REAL.std() * noise)
    wanted = (around.norm(dim=1) - 1).square().mean()
    assert torch.allclose(penalties.dragan_penalty(bowl, REAL, dice(6)), wanted)


def test_weights_get_the_gradient_of_the_penalty():
    """f(x) = w x has slope |w|: the gradient of (|w| - 1)^2 is 2 (|w| - 1) w / |w|, of |w|^2 / 2 it is w."""
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(penalties.gradient_penalty(lambda x: x @ w, REAL, FAKE), w)
    assert torch.allclose(slope, 2 * 4 * w.detach() / 5)
    (slope,) = torch.autograd.grad(penalties.r1_penalty(lambda x: x @ w, REAL), w)
    assert torch.allclose(slope, w.detach())


def test_a_flat_critic_gets_a_finite_gradient():
    flat = nn.Linear(2, 1)
    nn.init.zeros_(flat.weight)
    penalties.gradient_penalty(flat, REAL.float(), FAKE.float()).backward()
    assert flat.weight.grad.isfinite().all()


def test_the_best_critic_of_two_points_costs_nothing():
    """Gulrajani 2017, prop. 1: between a point and its partner the best critic has slope 1."""
    a, b = torch.zeros(1, 2).double(), torch.tensor([[3.0, 4.0]]).double()
    assert float(penalties.gradient_penalty(lambda x: (x - b).norm(dim=1), a, b).detach()) == pytest.approx(0)


def test_two_shapes_are_refused():
    with pytest.raises(ValueError, match=r"one shape; got \[7, 2\] and \[6, 2\]"):
        penalties.gradient_penalty(plane, REAL, FAKE[:6])


def test_began_is_a_thermostat():
    game = gan.Began(gamma=0.5, rate=0.1)
    assert game.k == 0
    real, fake = torch.tensor([2.0, 4.0]), torch.tensor([0.5, 0.7])
    assert game.update(real, fake) == pytest.approx(0.1 * (1.5 - 0.6))
    assert float(game.losses.d_loss(real, fake)) == pytest.approx(3 - 0.09 * 0.6)
    assert float(game.losses.g_loss(fake)) == pytest.approx(0.6)
    assert game.convergence(real, fake) == pytest.approx(3 + 0.9)
    assert game.update(0.0, 100.0) == 0
    assert game.update(100.0, 0.0) == 1
    assert math.isclose(game.convergence(1.0, 0.5), 1.0)  # in balance
    with pytest.raises(ValueError, match="gamma must be"):
        gan.Began(gamma=1.5)
