"""The answers to the questions on lesson 03, computed."""

import math

import pytest
import torch
from answering import holds, load

from course_utils import divergences


def test_deviation_of_the_draws():
    right = math.exp(-2 / 2)
    reason = [
        f"e^{{-2}} = {math.exp(-2):.3f}",
        f"= {right:.2f}",
        f"{math.exp(-0.5):.2f}",
        f"{math.exp(1):.1f}",
    ]
    holds("03", "deviation-of-the-draws", f"{right:.2f}", "variance", reason=reason)


def test_pixels_in_other_units():
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(5, 64, generator=generator, dtype=torch.float64)
    fine, coarse = (torch.distributions.Normal(0.5 * scale, 0.3 * scale) for scale in (16, 1))
    shift = (coarse.log_prob(x) - fine.log_prob(16 * x)).sum(1)
    assert shift.tolist() == pytest.approx([64 * math.log(16)] * 5)
    second, once = -100 + 64 * math.log(16), -100 + math.log(16)
    reason = [f"{64 * math.log(16):.1f} nats", f"{second:.1f}", f"by {40 - once:.0f}"]
    holds("03", "pixels-in-other-units", "second", f"{second - 40:.0f} nats", reason=reason)


def test_a_beta_that_nobody_wrote():
    cross_entropy, kl = torch.rand(28, 28), torch.tensor(3.0)
    by_accident = cross_entropy.mean() + kl
    assert (28 * 28 * by_accident).item() == pytest.approx((cross_entropy.sum() + 784 * kl).item(), rel=1e-5)
    (question,) = [one for one in load("03") if one.id == "a-beta-that-nobody-wrote"]
    assert question.options[question.answer] == str(28 * 28)


def test_an_idle_latent():
    mean, logvar = torch.randn(1000, 1), torch.randn(1000, 1)
    assert divergences.kl_normal(mean, logvar).min() > 0
    assert divergences.kl_normal(torch.zeros(1, 1), torch.zeros(1, 1)).item() == 0
    holds("03", "an-idle-latent", "Nothing")


def test_half_way_between_two_codes():
    a, b = torch.randn(2, 500, 100, generator=torch.Generator().manual_seed(0))
    omega = torch.arccos((a * b).sum(1) / a.norm(dim=1) / b.norm(dim=1))
    line = ((a + b) / 2).norm(dim=1).mean().item()
    arc = (((omega / 2).sin() / omega.sin())[:, None] * (a + b)).norm(dim=1).mean().item()
    assert arc == pytest.approx(10, abs=0.1)
    holds("03", "half-way-between-two-codes", f"{math.sqrt(50):.1f} by lerp", f"{arc:.0f} by slerp")
    assert line == pytest.approx(math.sqrt(50), abs=0.1)
    assert 10 * math.cos(math.radians(120 / 2)) == pytest.approx(5)


def test_who_pays_for_the_label():
    bound = -15.0 - math.log(10)
    assert bound == pytest.approx(-17.3, abs=0.01)
    holds("03", "who-pays-for-the-label", "equal", f"{math.log(10):.1f}$ nats", reason=[f"{bound:.1f}"])


def test_the_best_grey():
    p = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    cross_entropy, squared = -2 * p.log() - (1 - p).log(), 2 * (1 - p) ** 2 + p**2
    for loss in (cross_entropy, squared):
        assert p[loss.argmin()].item() == pytest.approx(2 / 3, abs=1e-3)
    assert squared.min().item() == pytest.approx(2 / 3, abs=1e-3)
    holds("03", "the-best-grey", "2/3 by both")


def test_better_number_emptier_code():
    before, after = -17.5 + 5.8, -16.9 + 0.9
    assert math.exp(0.9) < 3
    reason = [f"{before:.1f}", f"{after:.1f}"]
    holds("03", "better-number-emptier-code", "better density", "says little", reason=reason)
