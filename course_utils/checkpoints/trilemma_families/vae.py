"""A VAE of convolutions whose pixels have a normal distribution."""

import torch

from ... import vae
from ..recipe import fit
from .family import Family, bits_of, dequantised

DRAWS = 50  # of z for an image, for the importance-weighted bound
SMALLEST = 1e-3  # standard deviation of a pixel


def build(how, shape):
    return vae.ConvVAE(shape, how["latent_dim"], tuple(how["channels"]), std=how["std"])


def train(how, model, images, levels, seed, seconds=None):
    def loss(model, x):
        return -model.elbo(dequantised(x, levels)).value.mean()

    return fit({**how, "seed": seed}, model, loss, images, seconds, progress=False)


def sample(how, model, n, levels, generator):
    return model.sample(n, generator)


@torch.no_grad()
def pixel_logvar(model, y, generator):
    """The log variance of each pixel [H W] that fits best, by the errors of reconstructions of y."""
    z = vae.reparameterise(*model.encode(y), generator)
    return (model.decoder(z) - y).square().mean(0).flatten().clamp(min=SMALLEST**2).log()


@torch.no_grad()
def bits(how, model, y, levels, generator, images):
    """The bound by DRAWS draws (Burda et al. 2016), with each pixel's own deviation of training images.

    One width for all pixels, as in training, would be far off where all images are black.
    """
    logvar = pixel_logvar(model, dequantised(images, levels, generator), generator)
    q_mean, q_logvar = model.encode(y)
    zero, weights = torch.zeros_like(q_mean), []
    for _ in range(DRAWS):
        z = vae.reparameterise(q_mean, q_logvar, generator)
        means = model.decoder(z).flatten(1)
        given = vae.log_normal(y.flatten(1), means, logvar.expand_as(means))
        weights.append(given + vae.log_normal(z, zero, zero) - vae.log_normal(z, q_mean, q_logvar))
    return bits_of(vae.log_mean_weight(torch.stack(weights)), y, levels)


FAMILY = Family(build, train, sample, bits, "bound")
