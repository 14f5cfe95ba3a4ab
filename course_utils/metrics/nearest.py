"""Who is each point's nearest neighbour, and how far?"""

import torch

from ._features import check_equal_pair, check_pair, distances, others


@torch.no_grad()
def nearest_distances(samples, references):
    """The Euclidean distance from each sample to the nearest reference: float64 [N], exactly 0 for a copy.

    samples: [N, F], references: [M, F]. Raises ValueError where the widths differ or a number is not finite.
    """
    samples, references = check_pair(samples, references, ("samples", "references"))
    return torch.cat([_to_nearest(part, references) for part in samples.split(250)])


def _to_nearest(x, references):
    """The same for few enough rows of x: a matrix product finds who may be the nearest, and only their
    distances are taken exactly, difference by difference, which for images takes twenty times as long.
    """
    sizes = x.square().sum(1, keepdim=True), references.square().sum(1)
    squared = sizes[0] + sizes[1] - 2 * x @ references.T
    rounding = 1e-15 * x.shape[1] * (sizes[0] + sizes[1].max())  # more than the product can be off by
    rows, columns = (squared <= squared.min(1, keepdim=True).values + 2 * rounding).nonzero(as_tuple=True)
    if len(rows) > 10 * len(x):  # many copies of one point: the differences might fill the memory
        return distances(x, references).min(1).values
    exact = (x[rows] - references[columns]).square().sum(1).sqrt()
    return x.new_full((len(x),), torch.inf).scatter_reduce(0, rows, exact, "amin")


@torch.no_grad()
def nearest_neighbour_test(real, fake):
    """The share of the data whose nearest other point is data, and of the samples whose is a sample.

    real, fake: [N, F] each, features, N >= 2; returns (of_real, of_fake), floats in [0, 1]: the accuracy of a
    leave-one-out 1-nearest-neighbour classifier on each set; a tie between the sets counts half. For equal
    distributions the mean of both is (N - 1) / (2N - 1), near 1/2; near 1 the sets lie apart; near 0 each
    sample sits beside its own data point, as of a model that memorises. Source: Lopez-Paz & Oquab 2017,
    section 3; Xu et al. 2018, section 2. Raises ValueError where the shapes differ, a number is not finite or
    a set has one row.
    """
    real, fake = check_equal_pair(real, fake, at_least=2)
    between = distances(real, fake)
    return _own(others(real), between), _own(others(fake), between.T)


def _own(within, between):
    """The share of rows whose nearest of `within` [N, N] is nearer than that of `between` [N, M]."""
    inside, outside = within.min(1).values, between.min(1).values
    return float(((inside < outside).double() + (inside == outside).double() / 2).mean())
