"""What the number of samples does to a Frechet distance, and what would be left of it without end."""

import torch

from .._validate import check_int, check_kind, check_seed
from ._features import check_pair
from .frechet import frechet_distance


def frechet_bias(d, n):
    """The mean Frechet distance from n samples of N(0, I_d) to N(0, I_d) itself, to first order in 1/n.

    d / n for the mean, and d (d + 1) / 4n for the covariance S: tr(S + I - 2 S^(1/2)) is about |S - I|^2 / 4,
    and of the d^2 entries of S - I those on the diagonal have variance 2 / n and the others 1 / n. The next
    term is about d / 8n of the whole, so n is to be well above d. Between two samples of n each it is twice
    as much. d: int, at least 1; n: int, at least 2; a float. Raises ValueError or TypeError otherwise.
    """
    d, n = check_int("d", d), check_int("n", n, minimum=2)
    return d / n + d * (d + 1) / (4 * n)


def frechet_by_size(real, fake, sizes, seed=0):
    """The mean Frechet distance of n rows of real and n of fake, for each n of sizes: float64 [S].

    real: [N, F], fake: [M, F], features; sizes: ints, from 2 to the smaller of N and M; seed: int, at least
    0. For each n both sets are shuffled and cut into as many disjoint parts of n rows as there are. Raises
    ValueError or TypeError for other sizes, and as frechet_distance does.
    """
    check_kind("sizes", sizes, tuple | list, "a list of whole numbers")
    real, fake = check_pair(real, fake, more_than=1)
    rows, seed = min(len(real), len(fake)), check_seed("seed", seed)
    sizes = [check_int("each of sizes", n, minimum=2, maximum=rows) for n in sizes]
    generator = torch.Generator().manual_seed(seed)
    means = []
    for n in sizes:
        a, b = (_shuffled(x, generator).split(n) for x in (real, fake))
        found = [frechet_distance(a[i], b[i]) for i in range(rows // n)]
        means.append(sum(found) / len(found))
    return torch.tensor(means, dtype=torch.float64)


def frechet_at_infinity(real, fake, sizes, seed=0):
    """The Frechet distance at endless n, a float: the line through frechet_by_size against 1/n, taken at 0.

    real: [N, F], fake: [M, F], features; sizes: at least two different ints, from 2 to the smaller of N and
    M; the least is to be well above F, or the curve is no line yet, and the largest near N and M, for then
    the noise is least; seed: int, at least 0. It may be negative. Source: Chong & Forsyth 2020, section 3,
    where real keeps all its rows; here it shrinks along, so that its own bias leaves too. Raises ValueError
    or TypeError for other sizes, and as frechet_distance does.
    """
    check_kind("sizes", sizes, tuple | list, "a list of whole numbers")
    sizes = list(sizes)
    if len(set(sizes)) < 2:
        raise ValueError(f"sizes must hold at least two different numbers, to draw a line; got {sizes}.")
    found = frechet_by_size(real, fake, sizes, seed)
    inverse = 1 / torch.tensor(sizes, dtype=torch.float64)
    centred = inverse - inverse.mean()
    slope = (centred * found).sum() / centred.square().sum()
    return float(found.mean() - slope * inverse.mean())


def _shuffled(x, generator):
    return x[torch.randperm(len(x), generator=generator).to(x.device)]
