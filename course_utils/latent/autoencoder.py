"""An autoencoder whose code is a small image with a little noise of its own (Rombach et al. 2022, 3.1).

The shapes for 28 x 28 images, channels (16, 32) and c latent channels:

    encoder   [B, 1, 28, 28] -> [B, 16, 14, 14] -> [B, 32, 7, 7] -> [B, 2c, 7, 7], mean and logvar
    decoder   [B, c, 7, 7] -> [B, 32, 7, 7] -> [B, 16, 14, 14] -> [B, 1, 28, 28]
"""

import itertools

from torch import nn

from .._validate import check_int, check_number, check_sizes, check_tensor
from ..divergences import kl_normal
from ..vae import reparameterise


def code_shape(in_shape, dim, channels):
    """The shape (dim, h, w) of a code: each of channels halves H and W; ValueError where they do not divide.

    in_shape: (C, H, W).
    """
    _, height, width = check_sizes("in_shape", in_shape, 3)
    factor = 2 ** len(check_sizes("channels", channels))
    if height % factor or width % factor:
        raise ValueError(f"in_shape must have H and W divisible by {factor}; got {tuple(in_shape)}.")
    return check_int("dim", dim), height // factor, width // factor


def down(colours, channels, out):
    """Strided convolutions to channels, then one of 3 x 3: [B, colours, H, W] -> [B, out, h, w]."""
    check_int("colours", colours), check_sizes("channels", channels), check_int("out", out)
    layers = []
    for c_in, c_out in itertools.pairwise((colours, *channels)):
        layers += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(channels[-1], out, 3, padding=1))


def up(dim, channels, colours):
    """The way back, to pixels in (0, 1): [B, dim, h, w] -> [B, colours, H, W]."""
    check_int("dim", dim), check_sizes("channels", channels), check_int("colours", colours)
    layers = [nn.Conv2d(dim, channels[-1], 3, padding=1)]
    for c_in, c_out in itertools.pairwise((*reversed(channels), colours)):
        layers += [nn.ReLU(), nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1)]
    return nn.Sequential(*layers, nn.Sigmoid())


class KLAutoencoder(nn.Module):
    """q(z | x) = N(mean, diag exp(logvar)) for each place of a small image z, held weakly to N(0, I).

    in_shape: (C, H, W), H and W divisible by 2 ** len(channels), which is by what the code is smaller each
    way; latent_channels: c; channels: after each strided convolution, mirrored in the decoder.
    `code_shape` is (c, h, w). Raises ValueError for a size that does not divide.
    """

    def __init__(self, in_shape, latent_channels=4, channels=(16, 32)):
        check_int("latent_channels", latent_channels)
        super().__init__()
        self.code_shape = code_shape(in_shape, latent_channels, channels)
        self._images = f"[B, {', '.join(map(str, in_shape))}]"
        self._codes = f"[B, {', '.join(map(str, self.code_shape))}]"
        self.encoder = down(in_shape[0], channels, 2 * latent_channels)
        self.decoder = up(latent_channels, channels, in_shape[0])

    def encode(self, x):
        """mean and logvar of q(z | x), each [B, c, h, w]; x: [B, C, H, W]."""
        check_tensor("x", x, self._images)
        return self.encoder(x).chunk(2, dim=1)

    def decode(self, z):
        """Images [B, C, H, W] in (0, 1) for codes z [B, c, h, w]."""
        check_tensor("z", z, self._codes)
        return self.decoder(z)

    def forward(self, x):
        """x: [B, C, H, W] -> the decoded draw of q(z | x), [B, C, H, W]; its mean, logvar [B, c, h, w]."""
        mean, logvar = self.encode(x)
        return self.decode(reparameterise(mean, logvar)), mean, logvar

    def loss(self, x, kl_weight=1e-3):
        """The squared error of an image, summed over pixels, plus kl_weight KL(q(z | x) || N(0, I)).

        x: [B, C, H, W]; a scalar, the mean over the batch, with one draw of z each. It is -2 s^2 ELBO, and a
        constant, for pixels N(decode(z), s^2) with 2 s^2 = kl_weight: where that is small, s is.
        """
        check_number("kl_weight", kl_weight, 0)
        decoded, mean, logvar = self(x)
        squared = (decoded - x).square().sum((1, 2, 3))
        return (squared + kl_weight * kl_normal(mean.flatten(1), logvar.flatten(1))).mean()
