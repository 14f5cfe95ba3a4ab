"""The answers to the questions on lesson 04, computed."""

import math

import pytest
import torch
from answering import holds
from torch.nn import functional as F


def test_a_partner_at_random():
    partners = torch.tensor([-3.0, 3.0]).repeat(5000)
    places = torch.linspace(-4, 4, 81)
    loss = (places[:, None] - partners).square().mean(1)
    assert places[loss.argmin()].item() == pytest.approx(0, abs=1e-6)
    spread = (partners[:, None] - torch.tensor([-3.0, 3.0])).square().mean()
    assert spread.item() == pytest.approx(18)
    holds(
        "04", "a-partner-at-random", "all at 0", f"a loss of {loss.min().item():.0f}", reason=["loss of 18"]
    )


def test_two_fakes_for_one():
    d = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)

    def best(p, q):
        return d[(p * d.log() + q * (1 - d).log()).argmax()].item()

    reason = [f"= {best(0.3, 0.1):.2f}", f"= {best(0.6, 0.1):.2f}"]
    holds("04", "two-fakes-for-one", f"{best(0.3, 0.2):.2f}", reason=reason)


def test_a_loss_of_log_four():
    nothing = torch.zeros(100)
    loss = F.softplus(-nothing).mean() + F.softplus(nothing).mean()
    assert loss.item() == pytest.approx(1.386, abs=1e-3) and loss > math.log(2)
    holds("04", "a-loss-of-log-four", "learnt nothing")


def test_a_bound_on_the_divergence():
    least = 0.5 * (-1.0 + math.log(4))
    holds("04", "a-bound-on-the-divergence", f"at least {least:.2f}", reason=[f"The {2 * least:.2f} has"])


def test_two_slopes_for_one_fake():
    logit = torch.tensor(0.01, dtype=torch.float64).logit().requires_grad_()
    (saturating,) = torch.autograd.grad(-F.softplus(logit), logit)
    (other,) = torch.autograd.grad(F.softplus(-logit), logit)
    assert saturating < 0 and other < 0
    ratio = (other / saturating).item()
    reason = [f"{saturating.item():.2f}", f"{other.item():.2f}", f"{-math.log(0.01):.1f} is"]
    holds("04", "two-slopes-for-one-fake", f"{ratio:.0f} times", "same way", reason=reason)


def test_three_losses_at_one_half():
    logit = torch.zeros(10)
    d_loss = (F.softplus(-logit).mean() + F.softplus(logit).mean()).item()
    saturating, other = -F.softplus(logit).mean().item(), F.softplus(-logit).mean().item()
    holds("04", "three-losses-at-one-half", f"{d_loss:.2f}, ${saturating:.2f}$, {other:.2f}")


def test_a_hundred_steps_round_zero():
    x, y = 1.0, 0.0
    for _ in range(100):
        x, y = x - 0.1 * y, y + 0.1 * x
        ahead = math.sqrt(1 - 0.1**2 + 0.1**4) ** 100
    reason = [f"{ahead:.2f} is where", f"1.01^{{50}} = {math.hypot(x, y):.2f}", f"{1.01**100:.2f} is"]
    holds("04", "a-hundred-steps-round-zero", f"{math.hypot(x, y):.2f}", reason=reason)


def test_a_generator_that_stands_still():
    torch.manual_seed(0)
    generator, discriminator = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
    F.softplus(-discriminator(generator(torch.randn(8, 2)).detach())).mean().backward()  # no error is raised
    assert all(parameter.grad is None for parameter in generator.parameters())
    assert all(parameter.grad.abs().sum() > 0 for parameter in discriminator.parameters())
    holds("04", "a-generator-that-stands-still", "detached in the generator's step")
