"""The scale of a code: the law of total variance, on a mixture whose variance is known."""

import pytest
import torch

from course_utils import latent


def test_the_scale_is_the_law_of_total_variance():
    """Two kinds of image, as many of each: means 3 and -1, variances 0.5 and 2.5: 4 + 1.5 in all."""
    mean = torch.tensor([3.0, -1.0]).repeat_interleave(8).view(16, 1, 1, 1).expand(16, 2, 3, 1)
    logvar = torch.tensor([0.5, 2.5]).log().repeat_interleave(8).view(16, 1, 1, 1).expand(16, 2, 3, 1)
    assert latent.latent_scale(mean, logvar) == pytest.approx(5.5**-0.5, rel=1e-6)


def test_scaled_draws_have_deviation_one():
    torch.manual_seed(0)
    mean = 2 + 3 * torch.randn(500, 4, 5, 6) * torch.tensor([0.1, 1, 2, 3]).view(4, 1, 1)
    logvar = torch.randn(500, 4, 5, 6)
    draws = mean + (logvar / 2).exp() * torch.randn(mean.shape)
    assert (latent.latent_scale(mean, logvar) * draws).std() == pytest.approx(1, abs=0.01)


def test_a_scaled_space_has_deviation_one_and_decodes_as_its_autoencoder_does():
    torch.manual_seed(0)
    autoencoder, x = latent.KLAutoencoder((1, 12, 8), 3, (4, 6)).eval(), torch.rand(400, 1, 12, 8)
    mean, logvar = autoencoder.encode(x)
    scale = latent.latent_scale(mean, logvar)
    space = latent.LatentSpace(autoencoder, scale)
    z = space.encode(x, torch.Generator().manual_seed(0))
    assert z.shape == (400, 3, 3, 2) and not z.requires_grad
    assert z.std() == pytest.approx(1, abs=0.02)
    assert torch.allclose(space.encode(x), scale * mean)
    again = space.encode(x, torch.Generator().manual_seed(0))
    assert torch.equal(z, again) and not torch.equal(z, space.encode(x))
    assert torch.allclose(space.decode(space.encode(x[:9])), autoencoder.decode(mean[:9]), atol=1e-5)


def test_the_scale_is_kept_with_the_weights():
    autoencoder = latent.KLAutoencoder((1, 8, 8), 1, (2,))
    space = latent.LatentSpace(autoencoder, 0.25)
    other = latent.LatentSpace(latent.KLAutoencoder((1, 8, 8), 1, (2,)), 1.0)
    other.load_state_dict(space.state_dict())
    assert float(other.scale) == 0.25


def test_a_code_that_does_not_vary_is_refused():
    with pytest.raises(ValueError, match="variance of 0"):
        latent.latent_scale(torch.ones(3, 2), torch.full((3, 2), -torch.inf))
