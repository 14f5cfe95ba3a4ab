"""Do two numbers rise and fall together, whatever the curve between them?"""

import torch

from .._double import double
from .._validate import check_alike


def rank_correlation(x, y):
    """Spearman's rank correlation of two series [..., N] along the last axis, in [-1, 1], float64 [...].

    Equal values share the mean of their ranks. It is NaN where one series is constant, for then it has no
    order, and where one holds a NaN. Source: Spearman 1904. Raises ValueError where the shapes differ or N is
    below 2.
    """
    check_alike("y", y, "x", x)
    if x.ndim < 1 or x.shape[-1] < 2:
        raise ValueError(f"x must have shape [..., N] with N of at least 2; got {list(x.shape)}.")
    a, b = _ranks(x), _ranks(y)
    a, b = a - a.mean(-1, keepdim=True), b - b.mean(-1, keepdim=True)
    return (a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))


def _ranks(x):
    """How many values lie below each one, and half of those that equal it; float64, NaN for NaN."""
    one, other = x[..., :, None], x[..., None, :]
    ranks = double(other < one).sum(-1) + double(other == one).sum(-1) / 2
    return torch.where(x.isnan().to(ranks.device), torch.nan, ranks)
