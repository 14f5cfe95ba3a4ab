"""Two Gaussian classes that overlap: what ACGAN's sum prefers, in closed form."""

import itertools
import math

import pytest
import torch

from course_utils.gan.label_theory import acgan_optimum, label_parts

DX, M, S = 0.01, 1.0, 0.8
X = torch.arange(-12, 12, DX, dtype=torch.float64) + DX / 2


def bells(means, std=S):
    """Classes N(mean, std^2), equally frequent: [K, G]."""
    means = torch.tensor(means, dtype=torch.float64)[:, None]
    return torch.exp(-0.5 * ((X - means) / std) ** 2) / (std * math.sqrt(2 * math.pi)) / len(means)


def phi(u):
    return math.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)


def Phi(u):
    return 0.5 * (1 + math.erf(u / math.sqrt(2)))


def cost(q, p, weight=1.0):
    parts = label_parts(q, p, DX)
    return (parts.marginal + weight * parts.cross_entropy).item()


def test_the_parts_add_up():
    p, q = bells([-M, M]), bells([-2.0, 0.5], std=1.3)
    parts = label_parts(q, p, DX)
    assert parts.joint.item() == pytest.approx(
        (parts.marginal + parts.cross_entropy - parts.entropy).item(), abs=1e-10
    )
    wide, moved = math.log(S / 1.3) + (1.3**2 - S**2) / (2 * S**2), [1.0, 0.5]
    exact = sum(wide + shift**2 / (2 * S**2) for shift in moved) / 2  # KL of Gaussians, by class
    assert parts.joint.item() == pytest.approx(exact, abs=1e-8)


def test_the_truth_costs_acgan_the_entropy_of_the_label():
    p = bells([-M, M])
    parts = label_parts(p, p, DX)
    assert abs(parts.joint) < 1e-12 and abs(parts.marginal) < 1e-12
    posterior = torch.sigmoid(2 * M * X / S**2)
    entropy = -(torch.xlogy(posterior, posterior) + torch.xlogy(1 - posterior, 1 - posterior))
    assert parts.entropy.item() == pytest.approx((DX * p.sum(0) * entropy).sum().item(), abs=1e-9)
    assert cost(p, p) == pytest.approx(parts.entropy.item(), abs=1e-12) and parts.entropy > 0.1


def test_at_weight_1_each_class_is_its_bell_cut_at_the_boundary():
    p = bells([-M, M])
    q = acgan_optimum(p, DX)
    kept = Phi(M / S)
    right = torch.where(X > 0, p[1], 0) / kept
    assert torch.allclose(q[1], right, atol=1e-6) and torch.allclose(q[0], right.flip(0), atol=1e-6)
    assert cost(q, p) == pytest.approx(-math.log(kept), abs=1e-5)
    assert label_parts(q, p, DX).entropy.abs() < 1e-12
    mean = (DX * q[1] * X).sum().item() / 0.5
    assert mean == pytest.approx(M + S * phi(M / S) / kept, abs=1e-4) and mean > M  # of a cut Gaussian


@pytest.mark.parametrize("weight", [0.5, 1.0, 4.0])
def test_no_other_samples_cost_less(weight):
    p = bells([-M, M])
    q = acgan_optimum(p, DX, weight)
    least = cost(q, p, weight)
    generator = torch.Generator().manual_seed(0)
    others = [p, bells([-1.2, 1.2]), bells([-1.5, 1.5], std=0.5)]
    for _ in range(20):
        tilted = q * torch.exp(0.1 * torch.randn(q.shape, generator=generator, dtype=q.dtype)) + 1e-4 * p
        others.append(tilted / (DX * tilted.sum()))
    assert all(cost(other, p, weight) > least for other in others)


def test_a_heavier_weight_leads_further_from_the_overlap():
    p = bells([-M, M])
    near = [DX * acgan_optimum(p, DX, weight)[:, X.abs() < 0.3].sum() for weight in (0.0, 1.0, 4.0, 10.0)]
    assert all(more > less for more, less in itertools.pairwise(near))
    assert near[0].item() == pytest.approx((DX * p[:, X.abs() < 0.3].sum()).item(), abs=1e-9)
    means = [(DX * acgan_optimum(p, DX, weight)[1] * X).sum() / 0.5 for weight in (1.0, 4.0, 10.0)]
    assert M < means[0] < means[1] < means[2]


def test_at_the_truth_the_slope_leads_apart():
    """Classes at -a and a: d cost / d a at a = m is -(2 m / s^2) E p(other class | x), exactly."""
    p, step = bells([-M, M]), 1e-3
    slope = (cost(bells([-M - step, M + step]), p) - cost(bells([-M + step, M - step]), p)) / (2 * step)
    doubt = 2 * (DX * p[1] * torch.sigmoid(-2 * M * X / S**2)).sum().item()
    assert slope == pytest.approx(-2 * M / S**2 * doubt, rel=1e-4) and slope < -0.1


def test_ties_are_shared_and_without_overlap_nothing_changes():
    same = bells([0.0, 0.0])
    assert torch.allclose(acgan_optimum(same, DX), same)
    apart = bells([-8.0, 8.0], std=0.5)
    assert torch.allclose(acgan_optimum(apart, DX), apart, atol=1e-12)


def test_bad_input_is_told():
    p = bells([-M, M])
    with pytest.raises(ValueError, match="q must have the shape of p"):
        label_parts(p[:, 1:], p, DX)
    with pytest.raises(ValueError, match="weight must be"):
        acgan_optimum(p, DX, -1.0)
    with pytest.raises(ValueError, match=r"p must have shape \[K, G\]"):
        acgan_optimum(p[0], DX)
