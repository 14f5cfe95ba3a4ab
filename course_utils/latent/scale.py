"""The scale of a code: what it is multiplied by, so that a noise schedule made for deviation 1 fits it."""

import math

import torch
from torch import nn

from .._double import double
from .._validate import check_alike, check_generator, check_has, check_number, check_tensor
from ..vae import reparameterise


def latent_scale(mean, logvar):
    """1 / the standard deviation of draws of q(z | x) over all images, all entries together: a float.

    mean, logvar: [B, ...] of one shape, of q(z | x) for B images. The variance of a draw is the variance of
    the means plus the mean of the variances (the law of total variance); computed in float64. ValueError
    where that is 0, infinite or NaN. Source: Rombach et al. 2022, section G, who measure it on one batch.
    """
    check_alike("logvar", logvar, "mean", mean)
    mean, logvar = double(mean.detach()), double(logvar.detach())
    variance = float(mean.var(correction=0) + logvar.exp().mean())
    if not 0 < variance < math.inf:
        raise ValueError(f"mean and logvar must be of codes that vary; got a variance of {variance}.")
    return variance**-0.5


class LatentSpace(nn.Module):
    """An autoencoder seen from a diffusion model: images to codes of deviation 1, and back; never trained.

    autoencoder: with encode(x) -> mean, logvar and decode(z) -> images, such as KLAutoencoder; scale: the
    factor of a code, as latent_scale gives it. Neither way carries gradients. The scale is a buffer.
    """

    def __init__(self, autoencoder, scale):
        check_has("autoencoder", autoencoder, "an autoencoder", "encode", "decode")
        check_number("scale", scale, 0, open_minimum=True)
        super().__init__()
        self.autoencoder = autoencoder
        self.register_buffer("scale", torch.tensor(float(scale)))

    @torch.no_grad()
    def encode(self, x, generator=None):
        """The scaled codes [B, c, h, w] of images x [B, C, H, W]: draws by the generator, or the means."""
        check_generator("generator", generator)
        mean, logvar = self.autoencoder.encode(x)
        return self.scale * (mean if generator is None else reparameterise(mean, logvar, generator))

    @torch.no_grad()
    def decode(self, z):
        """The images [B, C, H, W] of scaled codes z [B, c, h, w]."""
        return self.autoencoder.decode(check_tensor("z", z, "[B, C, H, W]") / self.scale)
