"""Jensen-Shannon, convexity and explicit densities: the printed form fails, the corrected one holds."""

import math

import pytest
import torch

from course_utils.autoencoders import LinearAutoencoder
from course_utils.exact import LinearGaussian

P, Q = torch.tensor([1.0, 0.0]).double(), torch.tensor([0.0, 1.0]).double()


def kl(p, q):
    return sum(float(a) * math.log(float(a) / float(b)) for a, b in zip(p, q, strict=True) if a > 0)


def js(p, q, m, half=0.5):
    return half * kl(p, m) + half * kl(q, m)


def test_js_with_the_sum_for_the_mean():
    assert js(P, P, (P + P) / 2) == 0
    assert js(P, P, P + P) == pytest.approx(-math.log(2))


def test_js_without_the_halves():
    assert js(P, Q, (P + Q) / 2) == pytest.approx(math.log(2))
    assert js(P, Q, (P + Q) / 2, half=1) == pytest.approx(2 * math.log(2))


def test_two_linear_layers_are_not_convex():
    """Flip the sign of both matrices: the same map, the same loss. Half way between, all weights are 0."""
    torch.manual_seed(0)
    x = torch.randn(64, 1, 2, 2) * torch.tensor([3.0, 1.0, 0.3, 0.1]).view(1, 1, 2, 2)
    net = LinearAutoencoder((1, 2, 2), 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
    for _ in range(400):
        loss = ((net(x) - x) ** 2).flatten(1).sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def scaled(s):
        encoded = s * net.encoder[1](x.flatten(1))
        return ((s * net.decoder[0](encoded) - x.flatten(1)) ** 2).sum(1).mean().item()

    assert scaled(-1.0) == pytest.approx(scaled(1.0))
    assert scaled(0.0) > 10 * scaled(1.0)


def test_a_latent_model_has_an_explicit_density_and_a_bound_below_it():
    """For every q the bound stays below log p(x), which the model gives; at the posterior the two meet."""
    generator = torch.Generator().manual_seed(0)
    w, x = (torch.randn(*s, dtype=torch.float64, generator=generator) for s in [(3, 2), (5, 3)])
    model = LinearGaussian(w, torch.zeros(3, dtype=torch.float64), 0.5)
    mean, cov = model.posterior(x)
    evidence = torch.distributions.MultivariateNormal(
        torch.zeros(3, dtype=torch.float64), w @ w.T + 0.25 * torch.eye(3, dtype=torch.float64)
    ).log_prob(x)
    assert torch.allclose(model.log_prob(x), evidence)
    assert torch.allclose(model.elbo(x, mean, cov), evidence)
    assert (model.elbo(x, mean + 0.3, 2 * cov) < evidence).all()
