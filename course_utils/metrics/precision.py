"""The share of samples among the data, and of data among the samples."""

import torch

from .._validate import check_int
from ._features import check_pair, distances, radii


@torch.no_grad()
def precision_recall(real, fake, k=3):
    """The share of the samples that lie among the data, and of the data that lie among the samples.

    real: [N, F], fake: [M, F], features; returns (precision, recall), two floats in [0, 1]. A point lies
    among a set where it is within the k-th nearest neighbour's distance (in its own set) of any of the set's
    points. Both depend on N and M: compare only sets of one size. Source: Kynkaanniemi et al. 2019,
    eqs. 1-3. Raises ValueError where the widths differ, a number is not finite or a set has no more than k
    rows.
    """
    check_int("k", k)
    real, fake = check_pair(real, fake, more_than=k, why=f"k = {k}")
    return _share_among(fake, real, k), _share_among(real, fake, k)


def _share_among(points, balls, k):
    """The share of points [N, F] within any of the balls round each of `balls` [M, F] to its k-th nearest."""
    return float((distances(points, balls) <= radii(balls, k)).any(1).double().mean())
