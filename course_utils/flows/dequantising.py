"""Between grey levels, which are countable, and densities: dequantisation, the logit, bits per dimension."""

import math

import torch
from torch import nn

from .._draws import uniform
from .._validate import check_generator, check_int, check_number, check_tensor


def dequantise(x, levels, generator=None):
    """(x + u) / levels in [0, 1), u uniform on [0, 1) for each number: a density that levels have a share of.

    x: whole numbers 0 to levels - 1 in any dtype, [B, ...]; the answer is float64 for float64, else float32.
    generator: a torch.Generator or None. Raises ValueError for other numbers. The mean log density of this is
    at most the log probability of x, plus D log levels (Theis et al. 2016).
    """
    check_generator("generator", generator)
    check_tensor("x", x, "[B, ...]", floating=False)
    check_int("levels", levels, 2)
    if not bool(((x >= 0) & (x <= levels - 1) & (x == x.to(torch.int64))).all()):
        raise ValueError(f"x must hold whole numbers from 0 to {levels - 1}; scale it by {levels - 1} first?")
    x = x if x.dtype == torch.float64 else x.float()
    u = uniform(x.shape, x.device, x.dtype, generator)
    return torch.minimum(x + u, torch.nextafter(x + 1, x)) / levels  # rounding must not reach the next level


def bits_per_dimension(log_prob, dim, levels):
    """(D log levels - log p(x)) / (D log 2): bits for one number of x, levels of them, [B] -> [B].

    log_prob: log density in nats of x dequantised to [0, 1), [B]; dim: D, how many numbers x has. A uniform
    density needs log2(levels). Source: Theis et al. 2016.
    """
    check_tensor("log_prob", log_prob)
    nats = check_int("dim", dim) * math.log(check_int("levels", levels, 2)) - log_prob
    return nats / (dim * math.log(2))


def logit_transform(x, alpha=1e-6):
    """log p / (1 - p) of p = alpha + (1 - 2 alpha) x, and its log-determinant, [B, ...] -> [B, ...] and [B].

    alpha: in [0, 0.5), keeps p off 0 and 1, where the logit is infinite. Raises ValueError where a p is not
    inside (0, 1). Source: Papamakarios et al. 2017; Dinh et al. 2017, section 4.1, with 1 - alpha.
    """
    check_tensor("x", x, "[B, ...]")
    share = 1 - 2 * check_number("alpha", alpha, 0, 0.499)
    p = alpha + share * x
    if not bool(((p > 0) & (p < 1)).all()):
        edge = alpha / share
        raise ValueError(f"x must lie above {-edge:.3g} and below {1 + edge:.3g} for alpha={alpha:g}.")
    log_slope = math.log(share) - p.log() - torch.log1p(-p)
    return torch.logit(p), log_slope.flatten(1).sum(1)


class Logit(nn.Module):
    """logit_transform as a step of a flow, from images to numbers without bounds."""

    def __init__(self, alpha=1e-6):
        super().__init__()
        self.alpha = check_number("alpha", alpha, 0, 0.499)

    def forward(self, x):
        """x [B, ...] in [0, 1] -> z like x, log_det [B]."""
        return logit_transform(x, self.alpha)

    def inverse(self, z):
        """z [B, ...] -> x like z, which may pass [0, 1] by alpha / (1 - 2 alpha)."""
        return (torch.sigmoid(check_tensor("z", z)) - self.alpha) / (1 - 2 * self.alpha)
