"""A fine histogram of features, and how much of it a sample fills."""

import torch

from .._double import double
from .._validate import MOST_STEPS, check_finite, check_int, check_number, check_seed, check_tensor
from ._features import check_pair


@torch.no_grad()
def cluster_centres(x, k, seed=0, rounds=50):
    """k centres of the points x [N, F] by k-means, [k, F] in float64: the bins of a fine histogram.

    Starts with points drawn by k-means++ (Arthur & Vassilvitskii 2007), then Lloyd's rounds; a centre without
    points stays. seed: fixes the draw. Raises ValueError where there are not k different points, or a number
    is not finite.
    """
    check_seed("seed", seed), check_int("rounds", rounds, 0, MOST_STEPS)
    check_finite("x", check_tensor("x", x, "[N, F]"))
    check_int("k", k, maximum=len(x))
    x, generator = double(x), torch.Generator().manual_seed(seed)
    different = len(x.unique(dim=0))
    if k > different:
        raise ValueError(f"k must be at most {different}, the number of different points; got {k}.")
    centres = x[torch.randint(len(x), (1,), generator=generator)]
    while len(centres) < k:
        nearest = torch.cdist(x, centres).min(1).values.square()
        centres = torch.cat([centres, x[torch.multinomial(nearest.cpu(), 1, generator=generator)]])
    for _ in range(rounds):
        own = torch.cdist(x, centres).argmin(1)
        sums = torch.zeros_like(centres).index_add_(0, own, x)
        counts = own.bincount(minlength=k)[:, None]
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
    return centres


@torch.no_grad()
def bin_shares(x, centres):
    """The share of the points x [N, F] that lie nearest to each of the centres [K, F]: [K], summing to 1.

    Raises ValueError where the widths differ or a number is not finite.
    """
    x, centres = check_pair(x, centres, ("x", "centres"))
    nearest = torch.cdist(x, centres).argmin(1)
    return double(nearest.bincount(minlength=len(centres))) / len(x)


def bins_covered(shares, reference, part=0.25):
    """How many bins hold at least `part` of the share that the data have there, an int in 0..K.

    shares, reference: [K], those of the samples and of the data, as from bin_shares; part in (0, 1]. Bins
    that are empty in the data count as covered. Source: after Richardson & Weiss 2018, section 2.
    """
    check_tensor("shares", shares, "[K]")
    check_tensor("reference", reference, f"[{len(shares)}]")
    check_finite("shares", shares), check_finite("reference", reference)
    check_number("part", part, 0, 1, open_minimum=True)
    return int((shares >= part * reference).sum())
