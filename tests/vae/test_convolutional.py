"""The convolutional VAE: shapes, and its bound against distributions of torch's own."""

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from course_utils import vae


@pytest.fixture
def model():
    torch.manual_seed(0)
    return vae.ConvVAE((3, 16, 8), 5, channels=(4, 6), std=0.2).eval()


def test_shapes(model):
    x = torch.rand(7, 3, 16, 8)
    means, mean, logvar = model(x)
    assert means.shape == x.shape and mean.shape == logvar.shape == (7, 5)
    assert means.min() > 0 and means.max() < 1
    assert model.sample(4, torch.Generator().manual_seed(0)).shape == (4, 3, 16, 8)
    assert [part.shape for part in model.elbo(x)] == [(7,)] * 3


def test_the_bound_is_that_of_torchs_distributions(model):
    x = torch.rand(6, 3, 16, 8)
    torch.manual_seed(3)
    value, reconstruction, kl = model.elbo(x)
    torch.manual_seed(3)
    mean, logvar = model.encode(x)
    q = Independent(Normal(mean, (0.5 * logvar).exp()), 1)
    z = mean + (0.5 * logvar).exp() * torch.randn(mean.shape)
    p = Independent(Normal(model.decoder(z), 0.2), 3)
    prior = Independent(Normal(torch.zeros_like(mean), 1.0), 1)
    assert torch.allclose(kl, kl_divergence(q, prior), rtol=1e-5)
    assert torch.allclose(reconstruction, p.log_prob(x), rtol=1e-5)
    assert torch.allclose(value, p.log_prob(x) - kl_divergence(q, prior), rtol=1e-5)


def test_samples_are_decoded_draws_of_the_prior(model):
    z = torch.randn(4, 5, generator=torch.Generator().manual_seed(8))
    assert torch.equal(model.sample(4, torch.Generator().manual_seed(8)), model.decoder(z))


def test_what_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="divisible by 8"):
        vae.ConvVAE((3, 28, 28), 5)
    with pytest.raises(ValueError, match="std"):
        vae.ConvVAE((3, 32, 32), 5, std=0)
