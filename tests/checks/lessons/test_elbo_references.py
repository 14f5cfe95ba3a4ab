"""What lesson 02 says of the bound holds: its exercises' references against exact models and theorems."""

import itertools
import math

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from course_utils.checks.engine import registry
from course_utils.exact import LinearGaussian

REFERENCE = {name: registry.find(name).reference for name in registry.names() if name.startswith("elbo.")}


def dice(seed):
    return torch.Generator().manual_seed(seed)


def random_model(seed, d, k):
    weight = torch.randn(d, k, generator=dice(seed), dtype=torch.float64)
    return LinearGaussian(weight, torch.zeros(d, dtype=torch.float64), 0.6)


def log_joint_of(model, x):
    """log p(x, z) as a function of z [K, k], for one x [1, d]."""

    def log_joint(z):
        log_px = Normal(z @ model.W.T + model.mu, model.sigma).log_prob(x).sum(1)
        return log_px + Normal(0.0, 1.0).log_prob(z).sum(1)

    return log_joint


@pytest.mark.parametrize("seed", range(20))
def test_evidence_bound_and_gap_add_up_for_a_random_q(seed):
    k = 1 + seed % 4
    model = random_model(seed, d=5, k=k)
    x = model.sample(1, generator=dice(seed))
    mean, root = (torch.randn(*s, generator=dice(50 + seed), dtype=torch.float64) for s in [(1, k), (k, k)])
    q = MultivariateNormal(mean, root @ root.T + 0.2 * torch.eye(k, dtype=torch.float64))
    bound = model.elbo(x, mean, q.covariance_matrix.view(k, k))
    gap = kl_divergence(q, MultivariateNormal(*model.posterior(x)))
    assert torch.allclose(bound + gap, model.log_prob(x), atol=1e-10)
    assert gap > 0


def test_the_estimate_has_the_bound_as_its_mean():
    model = random_model(0, d=4, k=3)
    x = model.sample(1, generator=dice(0))
    mu, logvar = torch.randn(2, 3, generator=dice(1), dtype=torch.float64) * 0.5
    noise = torch.randn(20_000, 3, generator=dice(2), dtype=torch.float64)
    estimate = REFERENCE["elbo.monte_carlo"](mu, logvar, noise, log_joint_of(model, x))
    exact = model.elbo(x, mu[None], torch.diag(logvar.exp())).item()
    z = mu + (logvar / 2).exp() * noise
    terms = log_joint_of(model, x)(z) - Normal(mu, (logvar / 2).exp()).log_prob(z).sum(1)
    assert abs(estimate.item() - exact) < 4 * (terms.std() / 20_000**0.5).item()


def test_the_best_q_is_the_posterior():
    model = random_model(3, d=4, k=1)
    x = model.sample(6, generator=dice(3))
    mean, variance = REFERENCE["elbo.best_q"](x, model.W[:, 0], model.sigma)
    assert torch.allclose(model.elbo(x, mean[:, None], variance.view(1, 1)), model.log_prob(x))


def test_weights_from_the_posterior_are_all_the_evidence():
    model = random_model(4, d=4, k=2)
    x = model.sample(1, generator=dice(4))
    q = MultivariateNormal(*model.posterior(x))
    z = q.mean + torch.randn(7, 2, generator=dice(5), dtype=torch.float64) @ q.scale_tril[0].T
    log_w = (log_joint_of(model, x)(z) - q.log_prob(z))[:, None]
    zeros = torch.zeros_like(log_w)
    assert torch.allclose(REFERENCE["elbo.log_evidence"](log_w, zeros), model.log_prob(x))
    assert torch.allclose(REFERENCE["elbo.effective_sample_size"](log_w), torch.tensor([7.0]).double())


def test_larger_blocks_never_lower_the_bound_whatever_the_weights():
    """The proof of the notebook, draw by draw; heavy tails are where sampling noise would hide a fall."""
    log_w = 8 * torch.randn(1024, generator=dice(0), dtype=torch.float64) ** 3
    bounds = []
    for size in (2**power for power in range(11)):
        blocks = log_w.view(-1, size).T
        bounds.append(REFERENCE["elbo.log_evidence"](blocks, torch.zeros_like(blocks)).mean().item())
    assert all(after > before for before, after in itertools.pairwise(bounds))
    assert bounds[0] == pytest.approx(log_w.mean().item())
    assert bounds[-1] == pytest.approx(log_w.logsumexp(0).item() - math.log(1024))


@pytest.mark.parametrize("seed", range(5))
def test_em_never_steps_down_and_stops_at_a_summit(seed):
    x = torch.cat([torch.randn(80, generator=dice(seed)) + 3 * k for k in range(3)]).double()
    theta = [torch.ones(3).double() / 3, torch.tensor([0.0, 1.0, 2.0]).double(), torch.ones(3).double()]

    def log_likelihood(weights, means, stds):
        return (weights.log() + Normal(means, stds).log_prob(x[:, None])).logsumexp(1).mean()

    climb = [log_likelihood(*theta)]
    for _ in range(400):
        theta = REFERENCE["elbo.em_step"](x, *theta)
        climb.append(log_likelihood(*theta))
    assert torch.stack(climb).diff().min() > -1e-13
    assert climb[-1] - climb[0] > 0.1
    means, stds = theta[1].clone().requires_grad_(), theta[2].clone().requires_grad_()
    slopes = torch.autograd.grad(log_likelihood(theta[0], means, stds), [means, stds])
    assert max(slope.abs().max() for slope in slopes) < 1e-3
