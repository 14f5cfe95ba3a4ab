"""Discrete latents: a codebook and a small VQ-VAE (van den Oord et al. 2017)."""

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from .._double import double
from .._draws import drawn_on
from .._validate import (
    check_bool,
    check_generator,
    check_int,
    check_labels,
    check_number,
    check_sizes,
    check_tensor,
)
from .nets import dense


class Quantized(NamedTuple):
    """z: the codebook entries, with the straight-through gradient, like the input; indices: which they are;
    loss: codebook loss + commitment, a scalar."""

    z: torch.Tensor
    indices: torch.Tensor
    loss: torch.Tensor


class VectorQuantizer(nn.Module):
    """Replaces each vector by the nearest of `size` learned ones.

    size: K entries; dim: D; commitment: the weight that keeps the encoder near its entry (the paper's beta).
    """

    def __init__(self, size, dim, commitment=0.25):
        super().__init__()
        self.commitment = check_number("commitment", commitment, 0)
        self.codebook = nn.Parameter(torch.randn(check_int("size", size), check_int("dim", dim)))

    def forward(self, z):
        """z: [..., D] -> Quantized(z [..., D], indices [...], loss)."""
        if check_tensor("z", z).shape[-1:] != self.codebook.shape[1:]:
            raise ValueError(f"z must have shape [..., {self.codebook.shape[1]}]; got {list(z.shape)}.")
        fine = torch.promote_types(z.dtype, torch.float32)  # torch finds few distances in half precision
        distances = torch.cdist(z.reshape(-1, z.shape[-1]).to(fine), self.codebook.to(fine))
        indices = distances.argmin(1).view(z.shape[:-1])
        nearest = self.codebook[indices]
        codebook_loss = F.mse_loss(nearest, z.detach())  # moves the entries to the codes
        commitment = F.mse_loss(z, nearest.detach())  # moves the codes to the entries
        straight_through = z + (nearest - z).detach()
        return Quantized(straight_through, indices, codebook_loss + self.commitment * commitment)

    @torch.no_grad()
    def restart(self, z, unused, generator=None):
        """Put entries that nobody uses on random codes: z [N, D]; unused: bool [K]."""
        check_tensor("z", z, f"[N, {self.codebook.shape[1]}]")
        check_bool("unused", unused, f"[{len(self.codebook)}]"), check_generator("generator", generator)
        place, count = drawn_on(generator, z.device), int(unused.sum())
        rows = torch.randint(len(z), (count,), generator=generator, device=place)
        self.codebook[unused] = z[rows.to(z.device)]


class VQVAE(nn.Module):
    """Each image becomes `positions` indices into one codebook.

    in_shape: (C, H, W); positions: how many indices an image gets; size, dim: the codebook's; hidden as in
    VAE.
    """

    def __init__(self, in_shape, positions, size, dim=8, hidden=(256, 128)):
        in_shape = check_sizes("in_shape", in_shape, 3)
        hidden = check_sizes("hidden", hidden, minimum=0)
        check_int("dim", dim)
        super().__init__()
        self._wanted = f"[B, {', '.join(map(str, in_shape))}]"
        self.positions, self.dim = check_int("positions", positions), dim
        pixels = math.prod(in_shape)
        self.encoder = nn.Sequential(
            nn.Flatten(), *dense(pixels, *hidden, positions * dim), nn.Unflatten(1, (positions, dim))
        )
        self.quantizer = VectorQuantizer(size, dim)
        to_logits = dense(positions * dim, *reversed(hidden), pixels)
        self.decoder = nn.Sequential(nn.Flatten(), *to_logits, nn.Unflatten(1, tuple(in_shape)), nn.Sigmoid())

    def forward(self, x):
        """x: [B, C, H, W] -> logits [B, C, H, W] and Quantized with indices [B, positions]."""
        check_tensor("x", x, self._wanted)
        quantized = self.quantizer(self.encoder(x))
        return self.decoder[:-1](quantized.z), quantized

    @torch.no_grad()
    def decode(self, indices):
        """The pixels' probabilities [B, C, H, W] for indices [B, positions]."""
        indices = check_labels("indices", indices, len(self.quantizer.codebook), f"[B, {self.positions}]")
        return self.decoder(self.quantizer.codebook[indices])


def codebook_use(indices, size):
    """How a codebook is used: the share of its entries used at least once, and the perplexity of their use.

    indices: int tensor of any shape; size: K. The perplexity, exp of the entropy, is 1 where one entry does
    everything, and K where all are used equally often.
    """
    check_labels("indices", indices, check_int("size", size))
    counts = double(torch.bincount(indices.flatten(), minlength=size))
    share = counts / counts.sum()
    return float((counts > 0).double().mean()), float(torch.special.entr(share).sum().exp())
