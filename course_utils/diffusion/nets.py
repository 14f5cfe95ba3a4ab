"""A small denoiser for points in the plane, and how a network is told the time."""

import itertools
import math

import torch
from torch import nn

from .._validate import check_int, check_number, check_tensor


def check_time(t, shape):
    """Raise TypeError or ValueError unless t is a tensor of steps, whole or in between, none below 0."""
    check_tensor("t", t, shape, floating=False)
    if t.device.type == "cpu" and bool((t < 0).any()):  # a GPU would have to wait
        raise ValueError(f"t must hold no step below 0; got {t.min().item():g}.")


def time_embedding(t, dim, max_period=10_000.0):
    """Sines and cosines of t at dim / 2 frequencies, from 1 down to nearly 1 / max_period.

    t: [B], steps of at least 0, whole or in between -> [B, dim], the sines first; dim must be even.
    Source: Vaswani et al. 2017, section 3.5.
    Raises ValueError for an odd dim.
    """
    check_number("max_period", max_period, 0, open_minimum=True)
    check_time(t, "[B]")
    if check_int("dim", dim) % 2:
        raise ValueError(f"dim must be even, half for sines and half for cosines; got {dim}.")
    half = dim // 2
    frequencies = torch.exp(-math.log(max_period) * torch.arange(half, device=t.device) / half)
    angles = t[:, None].float() * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class PlaneNet(nn.Module):
    """A denoiser of points: dense layers with SiLU that see the point and an embedding of the time.

    x_t: [B, dim], t: [B] int -> [B, dim]. hidden: width; layers: how many hidden layers; embedding: even.
    """

    def __init__(self, hidden=128, layers=3, dim=2, embedding=32):
        super().__init__()
        check_int("layers", layers)
        self.dim, self.embedding = check_int("dim", dim), check_int("embedding", embedding)
        widths = [dim + embedding, *[check_int("hidden", hidden)] * layers]
        inner = [part for a, b in itertools.pairwise(widths) for part in (nn.Linear(a, b), nn.SiLU())]
        self.layers = nn.Sequential(*inner, nn.Linear(hidden, dim))

    def forward(self, x_t, t):
        """x_t: [B, dim]; t: [B] int -> [B, dim]. Raises ValueError for other shapes."""
        check_tensor("x_t", x_t, f"[B, {self.dim}]"), check_time(t, f"[{len(x_t)}]")
        return self.layers(torch.cat([x_t, time_embedding(t, self.embedding).to(x_t.dtype)], dim=1))
