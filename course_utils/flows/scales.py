"""From fine to coarse: pixels folded into channels, and half of these let go to the noise early."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .._validate import check_has, check_int, check_sizes, check_tensor


class Squeeze(nn.Module):
    """Every block of factor x factor pixels becomes channels: [C, H, W] -> [C f^2, H / f, W / f]; no volume.

    Raises ValueError where H or W is not divisible by factor. Source: Dinh et al. 2017, section 3.6.
    """

    def __init__(self, factor=2):
        super().__init__()
        self.factor = check_int("factor", factor, 2)

    def forward(self, x):
        """x [B, C, H, W] -> z [B, C f^2, H / f, W / f], log_det [B], which is 0."""
        height, width = check_tensor("x", x, "[B, C, H, W]").shape[2:]
        if height % self.factor or width % self.factor:
            raise ValueError(f"x must have H and W divisible by {self.factor}; got {height} x {width}.")
        return F.pixel_unshuffle(x, self.factor), x.new_zeros(len(x))

    def inverse(self, z):
        """z [B, C f^2, H / f, W / f] -> x [B, C, H, W]."""
        return F.pixel_shuffle(check_tensor("z", z, "[B, C, H, W]"), self.factor)


class Flatten(nn.Module):
    """Images [B, *shape] as rows [B, D]; no volume. shape: (C, H, W)."""

    def __init__(self, shape):
        super().__init__()
        self.shape = check_sizes("shape", shape)

    def forward(self, x):
        """x [B, *shape] -> z [B, D], log_det [B], which is 0."""
        check_tensor("x", x, f"[B, {', '.join(map(str, self.shape))}]")
        return x.flatten(1), x.new_zeros(len(x))

    def inverse(self, z):
        """z [B, D] -> x [B, *shape]."""
        return check_tensor("z", z, f"[B, {math.prod(self.shape)}]").unflatten(1, self.shape)


class Split(nn.Module):
    """The first half of the channels goes on through `rest`, the second is noise already: z is a row of both.

    rest: a step from [B, C / 2, H, W] to rows. shape: (C, H, W) of x, C even. Raises ValueError for an odd C.
    Source: Dinh et al. 2017, section 3.6.
    """

    def __init__(self, rest, shape):
        check_has("rest", rest, "a step of a flow", "forward", "inverse")
        check_sizes("shape", shape, 3)
        super().__init__()
        if shape[0] % 2:
            raise ValueError(f"shape must have an even number of channels; got {tuple(shape)}.")
        self.rest, self.leaving = rest, Flatten((shape[0] // 2, *shape[1:]))

    def forward(self, x):
        """x [B, C, H, W] -> z [B, D], log_det [B]."""
        going_on, leaving = check_tensor("x", x, "[B, C, H, W]").chunk(2, dim=1)
        z, log_det = self.rest(going_on)
        return torch.cat([z, self.leaving(leaving)[0]], dim=1), log_det

    def inverse(self, z):
        """z [B, D] -> x [B, C, H, W]."""
        check_tensor("z", z, "[B, D]")
        going_on, leaving = z.chunk(2, dim=1)
        return torch.cat([self.rest.inverse(going_on), self.leaving.inverse(leaving)], dim=1)
