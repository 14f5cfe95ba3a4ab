"""Autoencoders whose code is a small image: shapes, and their losses against torch's own pieces."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from course_utils import divergences, latent

SHAPE = (3, 16, 8)


@pytest.fixture
def kl():
    torch.manual_seed(0)
    return latent.KLAutoencoder(SHAPE, 5, channels=(4, 6)).eval()


@pytest.fixture
def vq():
    torch.manual_seed(0)
    return latent.VQAutoencoder(SHAPE, size=7, dim=5, channels=(4, 6)).eval()


def test_the_code_is_an_image_a_quarter_of_the_size_each_way(kl, vq):
    x = torch.rand(2, *SHAPE)
    mean, logvar = kl.encode(x)
    assert mean.shape == logvar.shape == vq.encode(x).shape == (2, 5, 4, 2)
    assert kl.code_shape == vq.code_shape == (5, 4, 2)
    for decoded in (kl.decode(mean), vq.decode(mean), kl(x)[0], vq(x)[0]):
        assert decoded.shape == x.shape and decoded.min() > 0 and decoded.max() < 1
    deeper = latent.KLAutoencoder((1, 8, 8), 2, (4, 4, 4))
    assert deeper.encode(torch.rand(1, 1, 8, 8))[0].shape == (1, 2, 1, 1)


def test_a_place_of_the_code_sees_only_what_is_near_it(kl):
    """Two convolutions of 4 and one of 3, of strides 2, 2 and 1, see 18 pixels: no more than 9 rows away."""
    x = torch.rand(1, *SHAPE)
    changed = x.clone()
    changed[..., 12:, :] = 0
    before, after = kl.encode(x)[0], kl.encode(changed)[0]
    assert torch.equal(before[..., 0, :], after[..., 0, :])
    assert not torch.equal(before[..., 3, :], after[..., 3, :])


def test_the_kl_term_is_kl_normal_and_that_of_torchs_distributions(kl):
    x = torch.rand(6, *SHAPE)
    losses = []
    for weight in (0.0, 0.5):
        torch.manual_seed(3)
        losses.append(kl.loss(x, weight))
    mean, logvar = kl.encode(x)
    summed = kl_divergence(Normal(mean, (logvar / 2).exp()), Normal(0.0, 1.0)).sum((1, 2, 3))
    term = (losses[1] - losses[0]) / 0.5
    assert torch.allclose(term, summed.mean(), rtol=1e-3)
    assert torch.allclose(term, divergences.kl_normal(mean.flatten(1), logvar.flatten(1)).mean(), rtol=1e-3)
    torch.manual_seed(3)
    z = mean + (logvar / 2).exp() * torch.randn(mean.shape)
    assert torch.allclose(losses[0], F.mse_loss(kl.decode(z), x, reduction="sum") / 6, rtol=1e-5)


def test_the_loss_is_an_elbo_of_normal_pixels(kl):
    """-2 s^2 ELBO and the loss differ by the constant of the normal density, with 2 s^2 = kl_weight."""
    x, std = torch.rand(6, *SHAPE), 0.3
    torch.manual_seed(3)
    loss = kl.loss(x, 2 * std**2)
    torch.manual_seed(3)
    decoded, mean, logvar = kl(x)
    reconstruction = Normal(decoded, std).log_prob(x).sum((1, 2, 3))
    elbo = reconstruction - kl_divergence(Normal(mean, (logvar / 2).exp()), Normal(0.0, 1.0)).sum((1, 2, 3))
    constant = -x[0].numel() * torch.log(torch.tensor(std * (2 * torch.pi) ** 0.5))
    assert torch.allclose(loss, -2 * std**2 * (elbo.mean() - constant), rtol=1e-4)


def test_indices_decode_as_what_was_quantised(vq):
    x = torch.rand(4, *SHAPE)
    z = vq.encode(x)
    quantized = vq.quantise(z)
    assert quantized.z.shape == z.shape and quantized.indices.shape == (4, 4, 2)
    assert torch.allclose(vq.decode_indices(quantized.indices), vq.decode(quantized.z), atol=1e-6)
    distances = (z[:, None] - vq.quantizer.codebook[None, :, :, None, None]).square().sum(2)  # [B, K, h, w]
    assert torch.equal(quantized.indices, distances.argmin(1))


def test_the_loss_of_the_codebook_moves_both_sides(vq):
    x = torch.rand(4, *SHAPE)
    decoded, quantized = vq(x)
    gap = F.mse_loss(quantized.z, vq.encode(x))
    wanted = F.mse_loss(decoded, x, reduction="sum") / 4 + 3 * (1 + vq.quantizer.commitment) * gap
    assert torch.allclose(vq.loss(x, 3), wanted, rtol=1e-5)
    vq.loss(x, 3).backward()
    first, used = vq.encoder[0].weight.grad, vq.quantizer.codebook.grad.norm(dim=1) > 0
    assert first.abs().max() > 0  # past the quantiser, straight through
    assert torch.equal(used.nonzero()[:, 0], quantized.indices.unique())


def test_a_size_that_does_not_divide_is_refused():
    for kind in (latent.KLAutoencoder, latent.VQAutoencoder):
        with pytest.raises(ValueError, match="divisible by 4"):
            kind((1, 30, 28))
    with pytest.raises(ValueError, match=r"\[B, 4, 7, 7\]"):
        latent.KLAutoencoder((1, 28, 28)).decode(torch.zeros(2, 4, 7, 8))
