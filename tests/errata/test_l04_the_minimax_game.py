"""Densities on a line, the best discriminator, and a game of two numbers."""

import math

import pytest
import torch
from torch.distributions import Normal

LINE = torch.linspace(-15, 15, 6001, dtype=torch.float64)
STEP = float(LINE[1] - LINE[0])


def bell(mean):
    return Normal(torch.tensor(mean).double(), 1.0).log_prob(LINE).exp()


def worth(d, p, q):
    """V(G, D) without its factor dx: the sum over the last axis of p log D + q log(1 - D)."""
    return (torch.xlogy(p, d) + torch.xlogy(q, 1 - d)).sum(-1)


def best(p, q):
    return (p / (p + q)).clamp(1e-15, 1 - 1e-15)


def at_best(mean):
    """V at the best discriminator: unit bells, the data at 0, the fakes at mean."""
    p, q = bell(0.0), bell(mean)
    return STEP * worth(best(p, q), p, q).item()


def test_the_best_answer_is_a_maximum():
    d = torch.linspace(0.01, 0.99, 99).double()
    f = 0.3 * d.log() + 0.1 * (1 - d).log()
    assert d[f.argmax()].item() == pytest.approx(0.3 / 0.4)
    assert f.argmin().item() in (0, 98)


def test_a_discriminator_that_is_held_sends_the_generator_past_the_data():
    """Data at 0, fakes were at 2: against that D the value falls on and on as the fakes go left."""
    held = torch.sigmoid(2 - 2 * LINE).clamp(1e-15, 1 - 1e-15)
    values = [STEP * worth(held, bell(0.0), bell(mean)).item() for mean in (2.0, 0.0, -2.0, -4.0)]
    assert values == sorted(values, reverse=True) and values[-1] < values[1] - 5


def test_the_value_at_the_best_discriminator_is_no_minimum_over_g():
    values = {mean: at_best(mean) for mean in (0.0, 1.0, 2.0)}
    for mean, value in values.items():
        middle = (bell(0.0) + bell(mean)) / 2
        kls = [STEP * (one * (one / middle).log()).sum().item() for one in (bell(0.0), bell(mean))]
        assert value == pytest.approx(sum(kls) - 2 * math.log(2), abs=1e-6)
    assert values[0.0] == pytest.approx(-2 * math.log(2), abs=1e-6)
    assert values[2.0] > values[1.0] + 0.1 > values[0.0] + 0.2


def test_a_thin_sheet_has_averages_and_no_density():
    """z on a line, x = (z, 2 z): averages over z and over x agree; the share per area grows without end."""
    z = torch.linspace(-1, 1, 200_001).double()
    x = torch.stack([z, 2 * z], dim=1)
    logit = x @ torch.tensor([0.7, -0.2]).double()
    over_x, over_z = (1 - torch.sigmoid(logit)).log().mean(), -(1 + (0.3 * z).exp()).log().mean()
    assert over_x.item() == pytest.approx(over_z.item())
    per_area = [(x.norm(dim=1) < r).double().mean().item() / (math.pi * r**2) for r in (0.1, 0.01, 0.001)]
    assert per_area[1] > 9 * per_area[0] and per_area[2] > 9 * per_area[1]


def test_descent_may_work_without_convexity_and_stochastic_descent_may_not():
    """(ab - 1)^2 is not convex, and descent solves it; a double well keeps both kinds in the worse one."""
    a, b = 0.3, 0.8
    for _ in range(500):
        a, b = a - 0.1 * b * (a * b - 1), b - 0.1 * a * (a * b - 1)
    half_way = (a - a) / 2  # between the solutions (a, b) and (-a, -b)
    assert (a * b - 1) ** 2 < 1e-12 and (half_way - 1) ** 2 == 1

    def well(x):
        return (x * x - 1) ** 2 - 0.5 * x

    noise = torch.randn(2000, generator=torch.Generator().manual_seed(0)).tolist()
    for size in (0.0, 1.0):
        x = -1.0
        for one in noise:
            x -= 0.02 * (4 * x * (x * x - 1) - 0.5 + size * one)
        assert well(x) > 0.2 > -0.4 > well(1.0)


def slope_of_mean(loss, p, q):
    """Of the average over q of loss(D), when q moves to the right and the best D of now is held."""
    along = torch.gradient(loss(best(p, q)), spacing=(LINE,))[0]
    return STEP * (q * along).sum().item()


def saturating(d):
    return (1 - d).log()


def non_saturating(d):
    return -d.log()


def test_the_two_generator_losses_are_two_objectives():
    """At 1.5: the slopes of 2 JS and of KL(q || p) - 2 JS, where KL is half the squared distance."""
    slopes = [slope_of_mean(loss, bell(0.0), bell(1.5)) for loss in (saturating, non_saturating)]
    two_js = (at_best(1.5001) - at_best(1.4999)) / 2e-4
    assert slopes == pytest.approx([two_js, 1.5 - two_js], abs=1e-3)
    assert slopes[1] > 1.5 * slopes[0]


def test_the_order_of_the_players_matters():
    """Data on five points, G can make one of them: when G moves first, D gets more."""
    p, choices = torch.full((5,), 0.2).double(), torch.eye(5).double()
    every_d = torch.rand(5000, 5, generator=torch.Generator().manual_seed(0)).double()
    every_d[0] = 0.5
    g_first = worth(p / (p + choices), p, choices).min().item()
    d_first = torch.stack([worth(every_d, p, q) for q in choices]).min(0).values.max().item()
    assert d_first == pytest.approx(-math.log(4)) and g_first > d_first + 0.5


def test_only_the_saturating_gradient_disappears():
    """A D that is trained on gets steeper: its logit on a fake at -1 falls, and so does one gradient."""
    gradients = []
    for steepness in (1.0, 4.0, 16.0):
        x = torch.tensor(-1.0, dtype=torch.float64, requires_grad=True)
        losses = [loss(torch.sigmoid(steepness * x)) for loss in (saturating, non_saturating)]
        gradients.append([abs(torch.autograd.grad(loss, x, retain_graph=True)[0].item()) for loss in losses])
    one, other = zip(*gradients, strict=True)
    assert one[2] < 1e-4 < one[0] and list(other) == sorted(other) and other[2] > 10


def test_alternating_steps_circle():
    a = 0.3
    simultaneous = torch.tensor([[1, -a], [a, 1]]).double()
    alternating = torch.tensor([[1, -a], [a, 1 - a * a]]).double()
    x, y = 1.0, 0.5
    by_matrix = alternating @ torch.tensor([x, y]).double()
    x = x - a * y
    y = y + a * x
    assert by_matrix.tolist() == pytest.approx([x, y])
    sizes = [torch.linalg.eigvals(matrix).abs().max().item() for matrix in (simultaneous, alternating)]
    assert sizes == pytest.approx([math.sqrt(1 + a * a), 1.0])


def test_same_fixed_point_other_dynamics():
    """Both slopes vanish where q = p; away from there they differ, the more the further."""
    slopes = {
        mean: [slope_of_mean(loss, bell(0.0), bell(mean)) for loss in (saturating, non_saturating)]
        for mean in (0.0, 1.0, 4.0)
    }
    assert slopes[0.0] == pytest.approx([0, 0], abs=1e-9)
    assert slopes[1.0][1] > 1.2 * slopes[1.0][0] and slopes[4.0][1] > 20 * slopes[4.0][0]
