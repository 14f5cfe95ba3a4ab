"""A network whose outputs for a coordinate see only the coordinates before it: dense layers with masks."""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_bool, check_int, check_sizes, check_tensor
from .linear import check_order
from .nets import start_at_zero

MOST_WIDE = 100_000  # coordinates: beyond it a matrix of theirs fills the memory


class MaskedLinear(nn.Linear):
    """A dense layer with some of its weights held at 0. mask: bool [n_out, n_in], False where 0."""

    def __init__(self, mask):
        check_bool("mask", mask, "[n_out, n_in]")
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        """x [B, n_in] -> [B, n_out]."""
        check_tensor("x", x, f"[B, {self.in_features}]")
        return F.linear(x, self.weight * self.mask, self.bias)


class Made(nn.Module):
    """x [B, D] -> [B, D, per_input], of which row i depends on the coordinates before i in the order alone.

    Every unit has a degree: an input its place in the order from 1 to D, hidden units 1 to D - 1 in turn. A
    hidden unit sees degrees up to its own, an output degrees below its own. order: every number from 0 to
    D - 1 once, first to last, or None for 0, 1, 2, ... . The last layer starts at 0. Raises ValueError for
    another order. Source: Germain et al. 2015, section 4.
    """

    def __init__(self, dim, per_input=1, hidden=(64, 64), order=None):
        super().__init__()
        check_int("dim", dim, maximum=MOST_WIDE), check_sizes("hidden", hidden, minimum=0)
        order = torch.arange(dim) if order is None else check_order(order, dim)
        self.register_buffer("order", order, persistent=False)
        places = order.argsort() + 1
        degrees = [places, *(torch.arange(n) % max(1, dim - 1) + 1 for n in hidden)]
        layers = []
        for before, after in itertools.pairwise(degrees):
            layers += [MaskedLinear(after[:, None] >= before), nn.SiLU()]
        outputs = places.repeat_interleave(check_int("per_input", per_input))
        last = start_at_zero(MaskedLinear(outputs[:, None] > degrees[-1]))
        self.net = nn.Sequential(*layers, last, nn.Unflatten(1, (dim, per_input)))

    def forward(self, x):
        """x [B, D] -> [B, D, per_input]."""
        return self.net(check_tensor("x", x, f"[B, {len(self.order)}]"))
