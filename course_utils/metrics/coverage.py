"""How densely the samples fill the data's neighbourhoods, and how many of these they reach."""

import torch

from .._validate import check_int
from ._features import check_pair, distances, radii


@torch.no_grad()
def density_coverage(real, fake, k=5):
    """How many of the data's balls a sample lies in, over k, and the share of the balls that hold a sample.

    real: [N, F], fake: [M, F], features; returns (density, coverage), floats: density in [0, N / k], coverage
    in [0, 1]. A ball reaches from a row of real to its k-th nearest other row, its edge included. For samples
    of the data's own continuous distribution the mean of density is 1, and that of coverage
    1 - prod_{i=1..k} (N - i) / (M + N - i). Source: Naeem et al. 2020, eqs. 3-4. Raises ValueError where the
    widths differ, a number is not finite, fake is empty or real has no more than k rows.
    """
    check_int("k", k)
    real, fake = check_pair(real, fake)
    if len(real) <= k:
        raise ValueError(f"real must have more than k = {k} rows; got {len(real)}.")
    inside = distances(fake, real) <= radii(real, k)  # [M, N]
    return float(inside.double().sum(1).mean() / k), float(inside.any(0).double().mean())
