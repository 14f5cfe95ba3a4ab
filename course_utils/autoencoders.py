"""Autoencoders: an encoder f, a decoder g, and the reconstruction x_hat = g(f(x)).

Every net takes images [B, C, H, W] in [0, 1] and returns images of the same shape; `model.encoder(x)` gives
codes [B, latent_dim] and `model.decoder(z)` gives images back.
"""

import itertools
import math

import torch
from torch import nn

from ._validate import check_callable, check_int, check_model, check_number, check_sizes, check_tensor


class Autoencoder(nn.Module):
    """An encoder and a decoder, one after the other."""

    def __init__(self, encoder, decoder):
        check_callable("encoder", encoder, "x"), check_callable("decoder", decoder, "z")
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x):
        """x: [B, C, H, W] -> x_hat: [B, C, H, W]."""
        check_tensor("x", x, "[B, C, H, W]")
        return self.decoder(self.encoder(x))


def LinearAutoencoder(in_shape, latent_dim):
    """One matrix down, one up, no bias: the optimum spans the principal subspace (Baldi & Hornik 1989).

    in_shape: (C, H, W); data should be centred. Codes are [B, latent_dim].
    """
    size = _size(in_shape, latent_dim)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(size, latent_dim, bias=False))
    decoder = nn.Sequential(nn.Linear(latent_dim, size, bias=False), nn.Unflatten(1, tuple(in_shape)))
    return Autoencoder(encoder, decoder)


def MLPAutoencoder(in_shape, latent_dim, hidden=(256, 128)):
    """Dense layers with ReLU, narrowing to latent_dim and widening again; the output is in (0, 1).

    in_shape: (C, H, W); hidden: the encoder's widths, mirrored in the decoder.
    """
    hidden = check_sizes("hidden", hidden)
    size = _size(in_shape, latent_dim)
    down = [size, *hidden]
    up = [latent_dim, *reversed(hidden)]
    encoder = nn.Sequential(nn.Flatten(), *_dense(down), nn.Linear(down[-1], latent_dim))
    decoder = nn.Sequential(
        *_dense(up), nn.Linear(up[-1], size), nn.Sigmoid(), nn.Unflatten(1, tuple(in_shape))
    )
    return Autoencoder(encoder, decoder)


def ConvAutoencoder(in_shape, latent_dim, channels=(16, 32)):
    """Strided convolutions down, transposed convolutions up; each level halves height and width.

    in_shape: (C, H, W) with H and W divisible by 2 ** len(channels). A 4x4 kernel with stride 2 divides
    evenly, so that no output pixel is written more often than its neighbours (Odena et al. 2016).
    """
    channels = check_sizes("channels", channels)
    _size(in_shape, latent_dim)
    colours, height, width = in_shape
    factor = 2 ** len(channels)
    if height % factor or width % factor:
        raise ValueError(f"in_shape must have H and W divisible by {factor}; got {tuple(in_shape)}.")
    bottom = (channels[-1], height // factor, width // factor)
    widths = [colours, *channels]
    down, up = [], []
    for c_in, c_out in itertools.pairwise(widths):
        down += [nn.Conv2d(c_in, c_out, kernel_size=4, stride=2, padding=1), nn.ReLU()]
        up = [nn.ReLU(), nn.ConvTranspose2d(c_out, c_in, kernel_size=4, stride=2, padding=1), *up]
    encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(math.prod(bottom), latent_dim))
    decoder = nn.Sequential(
        nn.Linear(latent_dim, math.prod(bottom)), nn.Unflatten(1, bottom), *up, nn.Sigmoid()
    )
    return Autoencoder(encoder, decoder)


def count_parameters(model):
    """How many numbers training may change in model."""
    check_model("model", model)
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


@torch.no_grad()
def dead_units(codes, threshold=1e-6):
    """How many code units say nothing: codes [N, k] whose standard deviation is at most threshold."""
    check_tensor("codes", codes, "[N, k]"), check_number("threshold", threshold, 0)
    return int((codes.std(dim=0, correction=0) <= threshold).sum())


def _dense(widths):
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return layers


def _size(in_shape, latent_dim):
    check_int("latent_dim", latent_dim)
    return math.prod(check_sizes("in_shape", in_shape, 3))
