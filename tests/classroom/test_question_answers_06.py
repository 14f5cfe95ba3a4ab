"""The answers to the questions on lesson 06, computed."""

import math

import pytest
import torch
from answering import holds, load
from torch.nn import functional as F

from course_utils import gan, metrics, transport


def test_steps_near_the_goal():
    theta, places = 0.25, []
    for _ in range(100):
        theta -= 0.1 * math.copysign(1, theta)
        places.append(round(theta, 6))
    assert set(places[-10:]) == {0.05, -0.05} and places[:4] == [0.15, 0.05, -0.05, 0.05]
    holds("06", "steps-near-the-goal", "0.05", "$-0.05$")


def test_three_points_and_three():
    x, y = torch.tensor([0.0, 1, 5])[:, None], torch.tensor([3.0, 1, 2])[:, None]
    w1 = transport.wasserstein1(x.double(), y.double()).item()
    assert w1 == pytest.approx(4 / 3)
    reason = [f"The {(x - y.T).abs().mean().item():.2f} is"]
    holds("06", "three-points-and-three", f"{w1:.2f}", reason=reason)


def test_a_critic_and_a_plan():
    """A 1-Lipschitz function stays below the cheapest plan, and a plan that sends all everywhere above."""
    generator = torch.Generator().manual_seed(0)
    x, y = (
        torch.randn(8, 2, generator=generator).double(),
        1 + torch.randn(8, 2, generator=generator).double(),
    )
    w1 = transport.wasserstein1(x, y).item()
    assert (y[:, 0].mean() - x[:, 0].mean()).item() < w1 < torch.cdist(x, y).mean().item()
    holds("06", "a-critic-and-a-plan", "between 0.8 and 1.1")


def test_what_the_penalty_adds():
    s = torch.linspace(0, 2, 2001, dtype=torch.float64)
    best = s[(2 * s - 10 * (s - 1) ** 2).argmax()].item()
    holds(
        "06", "what-the-penalty-adds", f"{2 * best:.1f}", reason=[f"= {best:.1f}$, so", f"The {best:.1f} is"]
    )


def test_how_steep_at_most():
    """The bound is reached where every layer stretches the direction that the one before gives it."""
    layers = [torch.diag(torch.tensor([value, 0.1])) for value in (2.0, 3.0, 4.0)]
    x = torch.tensor([1.0, 0.0], requires_grad=True)
    out = x
    for layer in layers:
        out = F.leaky_relu(layer @ out, 0.2)
    (slope,) = torch.autograd.grad(out[0], x)
    holds("06", "how-steep-at-most", f"{slope.norm().item():.0f}", reason=["= 24"])


def test_one_sign_the_wrong_way():
    """On a line, with data at 0 and fakes at 1: the generator's step leads away."""
    slope, theta = torch.tensor(0.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    (of_slope,) = torch.autograd.grad(slope * 0.0 - slope * theta.detach(), slope)  # E f(x) - E f(G)
    slope = (slope - of_slope).detach()
    (of_theta,) = torch.autograd.grad(-slope * theta, theta)
    assert theta - 0.1 * of_theta > 1
    holds("06", "one-sign-the-wrong-way", "climbs away")


def slopes(name, real, fake):
    """The slopes of D's loss on a real point and on a fake, and of G's loss on a fake."""
    real, fake = (torch.tensor([[value]], requires_grad=True) for value in (real, fake))
    of_d = torch.autograd.grad(gan.losses[name].d_loss(real, fake), (real, fake))
    of_g = torch.autograd.grad(gan.losses[name].g_loss(fake), fake)
    return [slope.item() for slope in (*of_d, *of_g)]


def test_a_hinge_at_rest():
    assert slopes("hinge", 2.0, -2.0) == [0, 0, -1]
    holds("06", "a-hinge-at-rest", "the generator, but not the discriminator")


def test_too_real_to_be_left_alone():
    of_g = {name: slopes(name, 0.0, 3.0)[2] for name in ("wgan", "lsgan", "hinge", "non_saturating")}
    assert [name for name, slope in of_g.items() if slope > 0] == ["lsgan"]
    assert of_g["wgan"] == of_g["hinge"] == -1 and -0.05 < of_g["non_saturating"] < 0
    holds("06", "too-real-to-be-left-alone", "LSGAN", reason=[f"$+{of_g['lsgan']:.0f}$"])


def test_a_thermostat_reads_two_numbers():
    moved = 0.1 * (0.5 * 2.0 - 0.8)
    reason = [f"be {0.3 - moved:.2f}", f"makes {0.3 - 0.1 * (2.0 - 0.8):.2f}"]
    holds("06", "a-thermostat-reads-two-numbers", f"{0.3 + moved:.2f}", reason=reason)


def test_two_eigenvalues():
    values = torch.linalg.eigvals(torch.tensor([[0.0, 1], [-1, -1]]).double())
    assert values.real.tolist() == pytest.approx([-0.5, -0.5])
    size = values.imag.abs().max().item()
    assert size == pytest.approx(math.sqrt(3) / 2)
    holds("06", "two-eigenvalues", r"$-\frac12", f"{size:.2f}", "draws in")


def test_ranks_of_a_loss():
    w1, loss = torch.tensor([[2.0, 1.0, 0.5, 0.1]]), torch.tensor([[5.0, 4.8, 4.79, 4.78]])
    (question,) = [one for one in load("06") if one.id == "ranks-of-a-loss"]
    assert question.options[question.answer] == f"{metrics.rank_correlation(loss, w1).item():.0f}"
