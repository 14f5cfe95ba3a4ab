"""Variational autoencoders whose posterior is exact: the printed form fails, the corrected one holds."""

import math

import pytest
import torch
from torch.distributions import Normal

from course_utils.exact import LinearGaussian

W = torch.tensor([[1.0], [-0.6]]).double()
TINY = LinearGaussian(W, torch.zeros(2).double(), 0.7)  # one latent, two pixels
X = torch.tensor([[1.6, 0.1]]).double()


def test_the_second_place_of_a_normal_is_its_variance():
    """Draws of mu + sigma noise have variance sigma^2, and that density is likelier than one with sigma."""
    sigma = 0.3
    z = 1.0 + sigma * torch.randn(20_000, generator=torch.Generator().manual_seed(0)).double()
    assert z.var().item() == pytest.approx(sigma**2, rel=0.05)
    meant, printed = Normal(1.0, (sigma**2) ** 0.5), Normal(1.0, sigma**0.5)
    assert meant.log_prob(z).mean() > printed.log_prob(z).mean() + 0.2


def test_the_network_gives_the_posterior_and_not_the_prior():
    """Each x has its own mean and a narrower width; only averaged over all x do they make up the prior."""
    x = TINY.sample(50_000, generator=torch.Generator().manual_seed(0))
    means, cov = TINY.posterior(x)
    assert means.std() > 0.5 and cov.item() < 0.5
    assert means.mean().item() == pytest.approx(0, abs=0.02)
    assert (means.var() + cov).item() == pytest.approx(1, rel=0.02)


def test_the_sample_of_z_needs_the_moments_of_z():
    """mu and Sigma of p(x | z) are as wide as an image: the decoder cannot take what they give."""
    mean, cov = TINY.posterior(X)
    z = mean + torch.randn(1, 1).double() * cov.sqrt()
    decoded = z @ W.T
    assert decoded.shape == X.shape
    printed = decoded + 0.7 * torch.randn(1, 2).double()  # mu_{x|z} + z_0 sqrt(Sigma_{x|z})
    assert printed.shape == X.shape != z.shape
    with pytest.raises(RuntimeError):
        printed @ W.T


def test_a_conditional_model_needs_a_conditional_q():
    """Two labels, two decoders: q(z | x, y) closes both gaps, one q(z | x) for both cannot."""
    models = [LinearGaussian(sign * W, torch.zeros(2).double(), 0.7) for sign in (1, -1)]
    for model in models:
        assert model.elbo(X, *model.posterior(X)).item() == pytest.approx(model.log_prob(X).item())
    means, x = torch.linspace(-3, 3, 121).double()[:, None], X.expand(121, 2)
    gaps = [
        sum(model.log_prob(x) - model.elbo(x, means, (std**2).view(1, 1)) for model in models).min()
        for std in torch.linspace(0.1, 2, 39).double()
    ]
    assert min(gaps) > 1


def test_independent_axes_are_neither_independent_given_x_nor_singled_out():
    x = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    weight = torch.tensor([[1.0, 0.8], [0.5, 0.6], [-1.0, 0.2]]).double()
    model = LinearGaussian(weight, torch.zeros(3).double(), 0.5)
    _, cov = model.posterior(x)
    assert abs(cov[0, 1] / (cov[0, 0] * cov[1, 1]).sqrt()) > 0.3
    turn = torch.tensor([[math.cos(0.7), -math.sin(0.7)], [math.sin(0.7), math.cos(0.7)]]).double()
    turned = LinearGaussian(weight @ turn, torch.zeros(3).double(), 0.5)
    assert torch.allclose(turned.log_prob(x), model.log_prob(x))
    assert not torch.allclose(turned.W, model.W)
