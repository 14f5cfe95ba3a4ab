"""Variational autoencoders of dense layers: q(z | x) from the encoder, p(x | z) from the decoder."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .._draws import normal
from .._validate import check_generator, check_int, check_labels, check_sizes, check_tensor, check_whole
from .bounds import reparameterise


class VAE(nn.Module):
    """q(z | x) = N(mean, diag exp(logvar)); p(x | z) a Bernoulli in each pixel; p(z) = N(0, I).

    in_shape: (C, H, W); latent_dim: D; hidden: the encoder's widths, mirrored in the decoder. `model.decoder`
    maps z [B, D] to the pixels' probabilities [B, C, H, W]. Source: Kingma & Welling 2014.
    """

    def __init__(self, in_shape, latent_dim, hidden=(256, 128)):
        in_shape = check_sizes("in_shape", in_shape, 3)
        hidden = check_sizes("hidden", hidden, minimum=0)
        super().__init__()
        self._wanted = f"[B, {', '.join(map(str, in_shape))}]"
        self.latent_dim = check_int("latent_dim", latent_dim)
        self.encoder = nn.Sequential(nn.Flatten(), dense(math.prod(in_shape), *hidden, 2 * latent_dim))
        to_logits = dense(latent_dim, *reversed(hidden), math.prod(in_shape))
        self.decoder = nn.Sequential(*to_logits, nn.Unflatten(1, tuple(in_shape)), nn.Sigmoid())

    def encode(self, x):
        """mean and logvar of q(z | x), each [B, D]; x: [B, C, H, W]."""
        check_tensor("x", x, self._wanted)
        return self.encoder(x).chunk(2, dim=1)

    def logits(self, z):
        """The pixels' logits [B, C, H, W], what the decoder has before its sigmoid; z: [B, D]."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        return self.decoder[:-1](z)

    def forward(self, x):
        """x: [B, C, H, W] -> logits [B, C, H, W] of one z drawn from q(z | x); q's mean, logvar [B, D]."""
        mean, logvar = self.encode(x)
        return self.logits(reparameterise(mean, logvar)), mean, logvar

    @torch.no_grad()
    def sample(self, n, generator=None):
        """The pixels' probabilities [n, C, H, W] for n draws of z from the prior."""
        check_generator("generator", generator)
        weight = next(self.parameters())
        z = normal((check_int("n", n), self.latent_dim), weight.device, generator=generator)
        return self.decoder(z.to(weight.dtype))


class ConditionalVAE(nn.Module):
    """A VAE whose encoder and decoder are both told the label: q(z | x, y), p(x | z, y), and p(z) = N(0, I).

    in_shape: (C, H, W); latent_dim: D; classes: how many labels; hidden as in VAE. Source: Sohn et al. 2015.
    """

    def __init__(self, in_shape, latent_dim, classes, hidden=(256, 128)):
        in_shape = check_sizes("in_shape", in_shape, 3)
        hidden = check_sizes("hidden", hidden, minimum=0)
        super().__init__()
        self._wanted = f"[B, {', '.join(map(str, in_shape))}]"
        self.latent_dim, self.classes = check_int("latent_dim", latent_dim), check_int("classes", classes)
        size = math.prod(in_shape)
        self.encoder = dense(size + classes, *hidden, 2 * latent_dim)
        to_logits = dense(latent_dim + classes, *reversed(hidden), size)
        self.decoder = nn.Sequential(*to_logits, nn.Unflatten(1, tuple(in_shape)), nn.Sigmoid())

    def encode(self, x, y):
        """mean and logvar of q(z | x, y), each [B, D]; x: [B, C, H, W]; y: [B] int."""
        check_tensor("x", x, self._wanted)
        return self.encoder(self._with_label(x.flatten(1), y)).chunk(2, dim=1)

    def logits(self, z, y):
        """The pixels' logits [B, C, H, W]; z: [B, D]; y: [B] int."""
        check_tensor("z", z, f"[B, {self.latent_dim}]")
        return self.decoder[:-1](self._with_label(z, y))

    def forward(self, x, y):
        """x: [B, C, H, W], y: [B] int -> logits [B, C, H, W] of one z drawn from q; mean, logvar [B, D]."""
        mean, logvar = self.encode(x, y)
        return self.logits(reparameterise(mean, logvar), y), mean, logvar

    @torch.no_grad()
    def sample(self, y, generator=None):
        """The pixels' probabilities [B, C, H, W] for one draw of z from the prior for each label y [B]."""
        check_whole("y", y, "[B]"), check_generator("generator", generator)
        weight = next(self.parameters())
        z = normal((len(y), self.latent_dim), weight.device, generator=generator)
        return self.decoder(self._with_label(z.to(weight.dtype), y))

    def _with_label(self, values, y):
        y = check_labels("y", y, self.classes, f"[{len(values)}]")
        return torch.cat([values, F.one_hot(y, self.classes).to(values)], dim=1)


def dense(*widths):
    """Linear layers of these widths with a ReLU between any two, as one nn.Sequential."""
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
