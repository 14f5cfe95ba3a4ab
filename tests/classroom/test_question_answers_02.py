"""The answers to the questions on lesson 02, computed."""

import math

import pytest
import torch
from answering import holds
from torch.distributions import Normal

from course_utils import divergences, exact


def test_evidence_from_one_code():
    evidence = 0.3 * 0.4 / 0.8
    holds(
        "02",
        "evidence-from-one-code",
        f"{evidence:.2f}",
        reason=[f"= {evidence:.2f}", f"{0.3 * 0.4 * 0.8:.3f}"],
    )


def test_right_on_average():
    generator = torch.Generator().manual_seed(0)
    rare = torch.rand(100_000, 20, generator=generator) < 1e-3  # few codes carry all of p(x)
    runs = rare.double().mean(1) / 1e-3
    assert runs.mean().item() == pytest.approx(1, abs=0.05)
    assert (runs < 0.5).double().mean() > 0.95 and runs.max() > 40
    holds("02", "right-on-average", "makes up for all the others")


def test_how_many_count():
    weights = torch.tensor([6.0, 1, 1, 1, 1])
    size = (weights.sum() ** 2 / (weights**2).sum()).item()
    holds("02", "how-many-count", f"{size:.1f}", reason=[f"{(weights.sum() / weights.max()).item():.2f}"])


def test_what_jensen_took():
    weights, q = torch.tensor([0.1, 0.4]), torch.tensor([0.5, 0.5])
    gap = (q @ weights).log() - q @ weights.log()
    posterior = q * weights / (q @ weights)
    assert posterior.tolist() == pytest.approx([0.2, 0.8])
    assert gap.item() == pytest.approx((q * (q / posterior).log()).sum().item(), abs=1e-6)
    holds("02", "what-jensen-took", f"{gap.item():.2f} nats", reason=[rf"\log 1.25 = {gap.item():.2f}"])


def test_ten_times_narrower():
    W, _ = torch.linalg.qr(torch.randn(6, 3, generator=torch.Generator().manual_seed(0)).double())
    model = exact.LinearGaussian(2 * W, torch.zeros(6).double(), 0.5)
    x = model.sample(1, generator=torch.Generator().manual_seed(1))
    mean, covariance = model.posterior(x)
    assert torch.allclose(covariance, covariance.diagonal().diag(), atol=1e-9)
    bounds = [model.elbo(x, mean, s**2 * torch.eye(3).double()).item() for s in (1e-3, 1e-4)]
    assert bounds[0] - bounds[1] == pytest.approx(3 * math.log(10), abs=1e-3)
    holds("02", "ten-times-narrower", f"falls by about {bounds[0] - bounds[1]:.1f} nats")


def test_a_negative_kl():
    mean, variance = torch.tensor([[1.0]]), torch.tensor([[0.25]])
    right = divergences.kl_normal(mean, variance.log()).item()
    slip = 0.5 * (1 + 0.25 - 1 + math.log(0.25))
    as_std = divergences.kl_normal(mean, (variance**2).log()).item()
    without = divergences.kl_normal(0 * mean, variance.log()).item()
    assert round(right, 2) == 0.82 and round(slip, 2) == -0.57
    holds("02", "a-negative-kl", "adds", reason=[f"{as_std:.2f}", f"{without:.2f}", f"{slip:.2f}"])


def test_a_draw_without_a_past():
    mu = torch.zeros(40_000, requires_grad=True)  # one copy of mu for each draw
    z = torch.randn(40_000, generator=torch.Generator().manual_seed(0))
    bound = (
        Normal(z, 0.5).log_prob(torch.tensor(2.0))
        + Normal(0.0, 1.0).log_prob(z)
        - Normal(mu, 1.0).log_prob(z)
    )
    bound.sum().backward()
    assert mu.grad.mean().abs() < 4 * mu.grad.std() / len(mu) ** 0.5 < 0.03
    assert mu.grad.std() > 0.9  # it does not stand still
    holds("02", "a-draw-without-a-past", "jitters", "zero on average")


def test_the_best_shares():
    joint = torch.tensor([0.06, 0.03, 0.01], dtype=torch.float64)

    def bound(q):
        return (q * (joint / q).log()).nan_to_num(0).sum().item()

    best = joint / joint.sum()
    assert best.tolist() == pytest.approx([0.6, 0.3, 0.1])
    equal, one = bound(torch.ones(3).double() / 3), bound(torch.tensor([1.0, 0, 0]).double())
    assert one == pytest.approx(math.log(0.06)) and bound(best) > max(equal, one)
    holds("02", "the-best-shares", "$(0.6, 0.3, 0.1)$", f"{bound(best):.2f}", reason=[f"{equal:.2f}"])


def test_an_average_of_bounds():
    log_w = -90 + 3**0.5 * 2**0.5 * torch.randn(200_000, generator=torch.Generator().manual_seed(0)).double()
    blocks = log_w[:199_680].view(-1, 64)
    evidence = log_w.logsumexp(0) - math.log(len(log_w))
    tighter = (blocks.logsumexp(1) - math.log(64)).mean()
    assert evidence.item() == pytest.approx(-87, abs=0.3)
    assert blocks.mean(1).mean().item() == pytest.approx(-90, abs=0.02)
    assert -90 < tighter < evidence
    holds("02", "an-average-of-bounds", "$-90$")


def test_one_bump_of_three():
    centres = torch.tensor([[-20.0], [0.0], [20.0]]).double()
    posterior = exact.GaussianMixture(centres, torch.ones(3).double())
    q = Normal(torch.tensor(0.0).double(), 1.0)
    z = torch.randn(1000, 1, generator=torch.Generator().manual_seed(0)).double()
    log_w = posterior.log_prob(z) - q.log_prob(z[:, 0])  # with log p(x) = 0
    estimate = (log_w.logsumexp(0) - math.log(1000)).item()
    assert estimate == pytest.approx(-math.log(3), abs=1e-3)
    assert (1 / log_w.softmax(0).square().sum()).item() > 999
    holds("02", "one-bump-of-three", r"too low by $\log 3$", "nearly all", reason=[f"{-estimate:.2f}$ nats"])


def test_a_step_down():
    """One step of EM from 30 random places never lowers the likelihood."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(50, generator=generator).double() * 2
    for _ in range(30):
        weights = torch.rand(3, generator=generator).double()
        weights, means = weights / weights.sum(), torch.randn(3, generator=generator).double()
        stds = 0.5 + torch.rand(3, generator=generator).double()
        before = weights.log() + Normal(means, stds).log_prob(x[:, None])
        share = before.softmax(1)
        count = share.sum(0)
        means = (share * x[:, None]).sum(0) / count
        stds = ((share * (x[:, None] - means) ** 2).sum(0) / count).sqrt()
        after = (count / 50).log() + Normal(means, stds).log_prob(x[:, None])
        assert after.logsumexp(1).mean() >= before.logsumexp(1).mean() - 1e-12
    holds("02", "a-step-down", "mistake")


def test_a_rising_bound():
    """The example of the reason: a bound is the likelihood minus the gap."""
    likelihoods, gaps = (-10, -14), (10, 1)
    bounds = [one - gap for one, gap in zip(likelihoods, gaps, strict=True)]
    assert bounds == [-20, -15] and likelihoods[1] < likelihoods[0]
    reason = [f"$-10$ with a gap of {gaps[0]}", f"gap of {gaps[1]}"]
    holds("02", "a-rising-bound", "may even have fallen", reason=reason)
