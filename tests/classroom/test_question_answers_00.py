"""The answers to the questions on lesson 00, computed."""

import math

import pytest
import torch
from answering import holds

from course_utils import divergences, exact


def test_bayes_with_a_prior():
    prior, density = (0.75, 0.25), (0.02, 0.12)
    joint = [p * d for p, d in zip(prior, density, strict=True)]
    swapped = [p * d for p, d in zip(prior[::-1], density, strict=True)]
    naive, wrong = density[1] / sum(density), swapped[1] / sum(swapped)
    reason = [f"{joint[1]:.2f}", f"{joint[0]:.3f}", f"{naive:.2f}", f"{wrong:.2f}"]
    holds("00", "bayes-with-a-prior", f"{joint[1] / sum(joint):.2f}", reason=reason)


def test_not_a_number():
    logs = torch.tensor([-1200.0, -1190.0], dtype=torch.float64)
    assert (logs.exp() / logs.exp().sum()).isnan().all()
    holds("00", "not-a-number", f"{logs.softmax(0)[1]:.5f}", "$1 / (1 + e^{-10})$")
    assert 1200 / 2390 > 0.5  # the share that the division of logarithms gives the less likely class


def test_one_bump_from_two():
    generator = torch.Generator().manual_seed(0)
    draws = torch.tensor([-3.0, 3.0]) + 0.7 * torch.randn(200_000, 2, generator=generator)
    averaged = draws.mean(1)
    assert averaged.mean().item() == pytest.approx(0, abs=0.01)
    assert averaged.std().item() == pytest.approx(0.7 / math.sqrt(2), rel=0.01)
    fitted = draws.flatten().std().item()
    assert fitted == pytest.approx(math.hypot(0.7, 3), rel=0.01)
    holds("00", "one-bump-from-two", "averaged", reason=[f"{0.7 / math.sqrt(2):.2f}", f"{fitted:.1f}"])


def test_cells_of_a_histogram():
    share = 1000 / 5**10
    assert share / 5 == pytest.approx(1000 / 5**11)
    holds("00", "cells-of-a-histogram", f"{100 * share:.2f} %", "a fifth", reason=[f"{100 * share:.4f} %"])


def test_nearest_of_a_thousand():
    points = torch.rand(1000, 1000, generator=torch.Generator().manual_seed(1))
    distance = (points[1:] - points[0]).norm(dim=1)
    assert (distance.max() / distance.min()).item() == pytest.approx(1.1, abs=0.05)
    assert distance.mean().item() == pytest.approx(math.sqrt(1000 / 6), rel=0.03)
    many = torch.rand(10_000, 1000, generator=torch.Generator().manual_seed(2)) - points[0]
    assert many.norm(dim=1).min().item() == pytest.approx(distance.min().item(), rel=0.03)
    holds("00", "nearest-of-a-thousand", "hardly nearer", reason=[f"{math.sqrt(1000 / 6):.0f}"])


def test_two_values_of_kl():
    def kl(p, q):
        return sum(a * math.log(a / b) if b else math.inf for a, b in zip(p, q, strict=True) if a)

    p, q = (0.5, 0.5, 0), (0.25, 0.25, 0.5)
    assert kl(p, q) == pytest.approx(math.log(2)) and kl(q, p) == math.inf
    holds("00", "two-values-of-kl", r"$\log 2$ and infinity")


def test_least_cross_entropy():
    assert math.log(6) > 1.60  # such a die exists
    holds("00", "least-cross-entropy", "1.60 nats", reason=[f"{2.10 - 1.60:.2f} nats"])


def test_samples_in_the_gap():
    mixture = exact.GaussianMixture(torch.tensor([[-3.0], [3.0]]).double(), torch.tensor([0.7, 0.7]).double())
    line = torch.linspace(-1, 1, 20_001, dtype=torch.float64)[:, None]
    between = torch.trapezoid(mixture.log_prob(line).exp(), line[:, 0]).item()
    assert 100 * between == pytest.approx(0.2, abs=0.05)
    covers = math.hypot(0.7, 3)
    share = math.erf(1 / covers / math.sqrt(2))
    assert share == pytest.approx(0.25, abs=0.01)
    holds("00", "samples-in-the-gap", "averages over $p$", reason=[f"{covers:.2f}"])


def test_js_of_zero():
    p, q = torch.tensor([0.5, 0.5, 0, 0]), torch.tensor([0, 0, 0.3, 0.7])
    right = divergences.js(p, q).item()

    def to(m):
        return [(a[a > 0] * (a / m)[a > 0].log()).sum().item() for a in (p, q)]

    assert sum(to(p + q)) / 2 == pytest.approx(0)
    twice = sum(to((p + q) / 2))
    reason = [f"{right:.2f}", f"{twice:.2f}", f"{math.sqrt(right):.2f}"]
    holds("00", "js-of-zero", "$m = p + q$", reason=reason)


def test_which_one_moves():
    heap = torch.rand(50, generator=torch.Generator().manual_seed(0))
    moved = [divergences.wasserstein1(heap, heap + gap).item() for gap in (3, 5)]
    assert moved == pytest.approx([3, 5], abs=1e-5)
    holds("00", "which-one-moves", "KL and JS stay", "from 3 to 5")


def test_a_pixel_without_ink():
    def at_mean(variance):
        return torch.distributions.Normal(0.0, variance**0.5).log_prob(torch.tensor(0.0)).item()

    gain = at_mean(1e-4) - at_mean(1e-2)
    holds(
        "00",
        "a-pixel-without-ink",
        f"about {10 * gain:.0f} nats",
        "hardly change",
        reason=[f"{gain:.2f}$ nats"],
    )
