"""What the measures on features share: two sets of one width, and distances that are exact."""

import torch

from .._double import double
from .._validate import check_finite, check_tensor


def check_pair(a, b, names=("real", "fake"), more_than=0, why=""):
    """Two sets of features, [N, F] and [M, F], in float64.

    Raises TypeError for other types, ValueError where the widths differ, a number is not finite, or a set has
    no more than `more_than` rows (`why` says where that number comes from).
    """
    check_tensor(names[0], a, "[N, F]")
    check_tensor(names[1], b, f"[M, {a.shape[1]}]")
    for name, features in zip(names, (a, b), strict=True):
        if len(features) <= more_than:
            wanted = f"more than {why} rows" if why else f"at least {more_than + 1} rows"
            raise ValueError(f"{name} must have {wanted}; got {len(features)}.")
        check_finite(name, features)
    return double(a), double(b)


def check_equal_pair(real, fake, at_least):
    """check_pair for two sets of equally many rows, `at_least` so many."""
    real, fake = check_pair(real, fake, more_than=at_least - 1)
    if len(real) != len(fake):
        raise ValueError(f"fake must have as many rows as real, {len(real)}; got {len(fake)}.")
    return real, fake


def distances(a, b):
    """All Euclidean distances between the rows of a [N, F] and b [M, F]: [N, M].

    Without the detour over a matrix product, which leaves some 1e-7 between a point and its copy.
    """
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def others(x):
    """distances(x, x), with infinity from each point to itself: [N, N]."""
    return distances(x, x).fill_diagonal_(torch.inf)


def radii(x, k):
    """The distance from each row of x [N, F] to its k-th nearest other row: [N]."""
    return others(x).kthvalue(k, dim=1).values
