"""A variational autoencoder of convolutions, for images in colour."""

import itertools

import torch
from torch import nn

from .._draws import normal
from .._validate import check_generator, check_int, check_number, check_sizes, check_tensor
from ..divergences import kl_normal
from .bounds import Elbo, log_normal, reparameterise


class ConvVAE(nn.Module):
    """q(z | x) = N(mean, diag exp(logvar)); p(x | z) = N(decoder(z), std^2 I); p(z) = N(0, I).

    in_shape: (C, H, W) with H and W divisible by 2 ** len(channels); latent_dim: D; channels: after each
    strided convolution, mirrored in the decoder; std: of the pixels, the same for all. `model.decoder` maps z
    [B, D] to the pixels' means [B, C, H, W] in (0, 1). Raises ValueError for a size that does not divide.
    """

    def __init__(self, in_shape, latent_dim, channels=(32, 64, 96), std=0.1):
        in_shape = check_sizes("in_shape", in_shape, 3)
        channels = check_sizes("channels", channels)
        super().__init__()
        self._wanted = f"[B, {', '.join(map(str, in_shape))}]"
        self.latent_dim, self.std = check_int("latent_dim", latent_dim), std
        check_number("std", std, 0, open_minimum=True)
        colours, height, width = in_shape
        factor = 2 ** len(channels)
        if height % factor or width % factor:
            raise ValueError(f"in_shape must have H and W divisible by {factor}; got {tuple(in_shape)}.")
        bottom = (channels[-1], height // factor, width // factor)
        down, up = [], []
        for c_in, c_out in itertools.pairwise((colours, *channels)):
            down += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), nn.ReLU()]
            up = [nn.ReLU(), nn.ConvTranspose2d(c_out, c_in, 4, stride=2, padding=1), *up]
        size = bottom[0] * bottom[1] * bottom[2]
        self.encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(size, 2 * latent_dim))
        self.decoder = nn.Sequential(nn.Linear(latent_dim, size), nn.Unflatten(1, bottom), *up, nn.Sigmoid())

    def encode(self, x):
        """mean and logvar of q(z | x), each [B, D]; x: [B, C, H, W]."""
        check_tensor("x", x, self._wanted)
        return self.encoder(x).chunk(2, dim=1)

    def forward(self, x):
        """x: [B, C, H, W] -> the pixels' means [B, C, H, W] for a z of q(z | x); its mean, logvar [B, D]."""
        mean, logvar = self.encode(x)
        return self.decoder(reparameterise(mean, logvar)), mean, logvar

    def elbo(self, x):
        """The bound of log p(x) by one z an image, for real x [B, C, H, W]: Elbo of three [B], in nats."""
        check_tensor("x", x, self._wanted)
        means, mean, logvar = self(x)
        spread = torch.full_like(x, 2 * torch.tensor(self.std).log().item())
        reconstruction = log_normal(x.flatten(1), means.flatten(1), spread.flatten(1))
        kl = kl_normal(mean, logvar)
        return Elbo(reconstruction - kl, reconstruction, kl)

    @torch.no_grad()
    def sample(self, n, generator=None):
        """The pixels' means [n, C, H, W] for n draws of z from the prior."""
        check_generator("generator", generator)
        weight = next(self.parameters())
        z = normal((check_int("n", n), self.latent_dim), weight.device, generator=generator)
        return self.decoder(z.to(weight.dtype))
