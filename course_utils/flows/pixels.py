"""An autoregressive model of black and white pixels: each one's probability, given those before it."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .._draws import uniform
from .._validate import check_generator, check_int, check_sizes, check_tensor
from .made import Made


class PixelMade(nn.Module):
    """p(x) = prod_i p(x_i | the pixels before it), every factor a Bernoulli by one pass of Made; exact.

    shape: (C, H, W). hidden: widths. order: of the flattened pixels, first to last, or None for row by row;
    it is kept as `.order` [D], and `.places` [C, H, W] says when a pixel has its turn.
    Source: Germain et al. 2015, section 3.
    """

    def __init__(self, shape, hidden=(256,), order=None):
        super().__init__()
        self.shape = check_sizes("shape", shape)
        self.net = Made(math.prod(self.shape), 1, hidden, order)

    @property
    def order(self):
        """The pixels' indices, first to last, [D]."""
        return self.net.order

    @property
    def places(self):
        """Which turn each pixel has, 0 to D - 1, [C, H, W]."""
        return self.order.argsort().view(self.shape)

    def forward(self, x):
        """The logit of each pixel's probability to be 1, given those before it: x [B, C, H, W] -> like x."""
        check_tensor("x", x, f"[B, {', '.join(map(str, self.shape))}]")
        return self.net(x.flatten(1)).view_as(x)

    def log_prob(self, x):
        """log p(x) in nats, [B]; x: [B, C, H, W], of 0 and 1. Raises ValueError for other numbers."""
        logits = self(x)
        if not bool(((x == 0) | (x == 1)).all()):
            raise ValueError("x must hold 0 and 1 alone; binarise it first.")
        return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)

    @torch.no_grad()
    def sample(self, n, generator=None):
        """n draws, [n, C, H, W], of 0 and 1: one pass a pixel. generator: a torch.Generator or None."""
        check_generator("generator", generator)
        weight = next(self.parameters())
        x = torch.zeros(check_int("n", n), len(self.order), dtype=weight.dtype, device=weight.device)
        chance = uniform(x.shape, x.device, x.dtype, generator)
        for i in self.order:
            x[:, i] = (chance[:, i] < self.net(x)[:, i, 0].sigmoid()).to(x)
        return x.view(n, *self.shape)
