"""Divergences against closed forms, torch.distributions and scipy."""

import math

import pytest
import torch
from scipy.stats import entropy, wasserstein_distance
from torch.distributions import Normal
from torch.distributions.kl import kl_divergence

from course_utils import divergences as dv

GRID = torch.linspace(-30, 30, 60001, dtype=torch.float64)
DX = 60 / 60000


def rand(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def simplex(*shape, seed=0):
    return rand(*shape, seed=seed).softmax(-1)


def bell(mean, std=1.0):
    return Normal(torch.tensor(mean, dtype=torch.float64), std).log_prob(GRID).exp()


def test_kl_normal_is_torch_distributions():
    mu, logvar = rand(7, 4), rand(7, 4, seed=1)
    truth = kl_divergence(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(dv.kl_normal(mu, logvar), truth, rtol=1e-12, atol=1e-12)
    assert dv.kl_normal(torch.zeros(3, 4), torch.zeros(3, 4)).tolist() == [0, 0, 0]


def test_kl_normal_is_the_monte_carlo_mean_of_the_log_ratio():
    mu, std = torch.tensor([0.7, -0.2]).double(), torch.tensor([0.5, 1.3]).double()
    z = mu + std * rand(400_000, 2)
    ratio = (Normal(mu, std).log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(1)
    error = 5 * ratio.std() / len(ratio) ** 0.5
    assert abs(dv.kl_normal(mu, 2 * std.log()) - ratio.mean()) < error


def test_kl_normals_is_torch_distributions():
    a, b, c, d = (rand(5, 3, seed=seed) for seed in range(4))
    truth = kl_divergence(Normal(a, (b / 2).exp()), Normal(c, (d / 2).exp())).sum(-1)
    torch.testing.assert_close(dv.kl_normals(a, b, c, d), truth, rtol=1e-12, atol=1e-12)
    zero = torch.zeros(3, dtype=torch.float64)
    torch.testing.assert_close(dv.kl_normals(a, b, zero, zero), dv.kl_normal(a, b))


def test_kl_and_js_are_scipys_entropy():
    p, q = simplex(6, 5), simplex(6, 5, seed=1)
    m = (p + q) / 2
    truth = torch.tensor(entropy(p, q, axis=1))
    torch.testing.assert_close(dv.kl(p, q), truth, rtol=1e-12, atol=1e-12)
    truth = torch.tensor(0.5 * (entropy(p, m, axis=1) + entropy(q, m, axis=1)))
    torch.testing.assert_close(dv.js(p, q), truth, rtol=1e-12, atol=1e-12)


def test_kl_is_asymmetric_and_js_is_not():
    p, q = torch.tensor([0.9, 0.1]).double(), torch.tensor([0.5, 0.5]).double()
    assert dv.kl(p, q) == pytest.approx(0.9 * math.log(1.8) + 0.1 * math.log(0.2))
    assert dv.kl(q, p) == pytest.approx(0.5 * math.log(5 / 9) + 0.5 * math.log(5))
    assert abs(dv.kl(p, q) - dv.kl(q, p)) > 0.1
    assert dv.js(p, q) == pytest.approx(dv.js(q, p))


def test_zeros_cost_nothing_in_p_and_everything_in_q():
    p, q = torch.tensor([0.0, 0.5, 0.5]), torch.tensor([0.0, 1.0, 0.0])
    assert dv.kl(q, p) == pytest.approx(math.log(2))
    assert dv.kl(p, q) == math.inf
    assert dv.js(p, q).isfinite()


def test_js_is_at_most_log_two_and_reaches_it_on_disjoint_supports():
    p, q = 5 * rand(500, 4), 5 * rand(500, 4, seed=1)
    values = dv.js(p.softmax(-1), q.softmax(-1))
    assert values.max() <= math.log(2) and values.max() > 0.6
    disjoint = dv.js(torch.tensor([0.3, 0.7, 0, 0]), torch.tensor([0, 0, 0.4, 0.6]))
    assert disjoint == pytest.approx(math.log(2), rel=1e-6)


@pytest.mark.parametrize("sizes", [(1, 1), (1, 7), (5, 5), (40, 60), (137, 64)])
def test_wasserstein1_is_scipys(sizes):
    x, y = rand(sizes[0]), 2 * rand(sizes[1], seed=1) + 1
    assert dv.wasserstein1(x, y) == pytest.approx(wasserstein_distance(x, y), rel=1e-12)


def test_wasserstein1_with_ties_and_shifts():
    x = torch.tensor([0.0, 0.0, 1.0, 1.0, 5.0])
    assert dv.wasserstein1(x, x.flip(0)) == 0
    assert dv.wasserstein1(x, x + 2.5) == pytest.approx(2.5)


def test_wasserstein1_has_a_gradient():
    """Moving every point of x away from a y on its left costs one for one: 1/N each."""
    x = torch.tensor([1.0, 3.0, 2.0, 4.0], requires_grad=True)
    dv.wasserstein1(x, torch.tensor([0.0, 0.5])).backward()
    torch.testing.assert_close(x.grad, torch.full((4,), 0.25))


def test_densities_of_gaussians_have_their_closed_forms():
    p, q = bell(0.0), bell(2.0)
    assert dv.kl_density(p, q, DX) == pytest.approx(2.0, rel=1e-8)
    assert dv.wasserstein1_density(p, q, DX) == pytest.approx(2.0, rel=1e-6)
    wide = bell(0.0, 2.0)
    truth = kl_divergence(Normal(0.0, 1.0), Normal(0.0, 2.0)).item()
    assert dv.kl_density(p, wide, DX) == pytest.approx(truth, rel=1e-6)
    # centred Gaussians of different width are E|Z| |s1 - s2| apart
    assert dv.wasserstein1_density(p, wide, DX) == pytest.approx(math.sqrt(2 / math.pi), rel=1e-5)


def test_value_of_the_optimal_discriminator():
    """V(D*) = 2 JS - log 4 (Goodfellow et al. 2014): unit Gaussians 0, 2 and far apart."""
    for apart, value in ((0.0, -1.38629), (2.0, -0.71263), (20.0, 0.0)):
        js = dv.js_density(bell(0.0), bell(apart), DX)
        assert 2 * js - math.log(4) == pytest.approx(value, abs=5e-6)


def test_value_of_the_optimal_discriminator_by_its_definition():
    """E_p log D* + E_q log(1 - D*), D* = p / (p + q), integrated as it stands."""
    p, q = bell(0.0), bell(2.0)
    real, fake = p / (p + q).clamp_min(1e-300), q / (p + q).clamp_min(1e-300)
    value = (torch.xlogy(p, real) + torch.xlogy(q, fake)).sum() * DX
    assert 2 * dv.js_density(p, q, DX) - math.log(4) == pytest.approx(value.item(), abs=1e-6)


def test_density_and_sample_agree_on_wasserstein1():
    """A Gaussian against two modes, by grid and by a large stratified sample of each."""
    u = (torch.arange(200_000, dtype=torch.float64) + 0.5) / 200_000
    x = Normal(0.5, 1.5).icdf(u)
    y = torch.cat([Normal(m, 0.6).icdf(u[::2]) for m in (-2.0, 2.0)])
    grid = dv.wasserstein1_density(bell(0.5, 1.5), (bell(-2.0, 0.6) + bell(2.0, 0.6)) / 2, DX)
    assert grid == pytest.approx(dv.wasserstein1(x, y).item(), rel=1e-3)


def test_densities_come_in_batches():
    p, q = torch.stack([bell(0.0), bell(1.0)]), bell(0.0)
    assert dv.kl_density(p, q, DX).tolist() == pytest.approx([0.0, 0.5], abs=1e-8)
    assert dv.js_density(p, q, DX).shape == dv.wasserstein1_density(p, q, DX).shape == (2,)


HALF = torch.tensor([0.5, 0.5])


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: dv.kl_normal([0.0], HALF), TypeError, "mu must be a torch.Tensor; got list"),
        (
            lambda: dv.kl_normal(HALF, torch.zeros(3)),
            ValueError,
            "mu and logvar must have shapes that broadcast",
        ),
        (lambda: dv.kl_normal(HALF[0], HALF[0]), ValueError, "at least one axis"),
        (lambda: dv.kl_normals(HALF, HALF, HALF, torch.zeros(3)), ValueError, "mu2 and logvar2"),
        (lambda: dv.kl_normals(HALF, HALF, torch.zeros(3), torch.zeros(3)), ValueError, "mu1 and mu2"),
        (lambda: dv.kl(HALF, torch.tensor([1, 0])), TypeError, "q must hold floating-point numbers"),
        (lambda: dv.kl(HALF, torch.tensor([1.5, -0.5])), ValueError, "q must hold no negative value"),
        (
            lambda: dv.kl(HALF, torch.tensor([math.nan, 0.5])),
            ValueError,
            "q must hold no negative value and no NaN",
        ),
        (lambda: dv.js(HALF, HALF * 2), ValueError, "q must sum to one over its last axis; got a sum of 2"),
        (
            lambda: dv.js(torch.ones(1), HALF),
            ValueError,
            "p and q must have last axes of one length; got 1 and 2",
        ),
        (lambda: dv.wasserstein1(torch.zeros(2, 2), HALF), ValueError, r"x must have shape \[N\]"),
        (lambda: dv.wasserstein1(HALF, torch.zeros(0)), ValueError, "y must not be empty"),
        (lambda: dv.kl_density(HALF, HALF, 0), ValueError, "dx must be a finite number above 0; got 0"),
        (lambda: dv.js_density(-HALF, HALF, 1), ValueError, "p must hold no negative value"),
        (lambda: dv.wasserstein1_density(HALF, torch.zeros(3), 1), ValueError, "p and q must have shapes"),
    ],
)
def test_bad_input_says_why(call, error, words):
    with pytest.raises(error, match=words):
        call()
