import math

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from course_utils.metrics import density_coverage


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_by_hand_on_a_line():
    """k = 1: the balls of 0, 1, 10, 12 have radii 1, 1, 2, 2, edges included."""
    real = torch.tensor([[0.0], [1.0], [10.0], [12.0]])
    fake = torch.tensor([[0.5], [2.0], [20.0]])  # in two balls, in one, in none
    assert density_coverage(real, fake, k=1) == (3 / 3, 2 / 4)
    assert density_coverage(real, torch.tensor([[11.0]] * 8), k=1) == (2.0, 0.5)
    assert density_coverage(real, real + 100, k=1) == (0.0, 0.0)


def test_copies_of_the_data():
    """Each ball holds its centre and k others: density (k + 1) / k, all covered."""
    x = normal(30, 4)
    for k in (1, 3, 5):
        assert density_coverage(x, x, k) == (pytest.approx((k + 1) / k), 1.0)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_it_agrees_with_scikit_learns_neighbours(k):
    real, fake = normal(60, 5), 0.8 * normal(45, 5, seed=1)
    radii = NearestNeighbors(n_neighbors=k).fit(real).kneighbors()[0][:, -1]  # without the point itself
    inside = np.zeros((60, 45))
    for i in range(60):
        for j in range(45):
            inside[i, j] = np.sqrt(((real[i] - fake[j]).numpy() ** 2).sum()) <= radii[i]
    density, coverage = density_coverage(real, fake, k)
    assert density == pytest.approx(inside.sum() / (k * 45)) and coverage == inside.any(1).mean()


@pytest.mark.parametrize(("n", "m", "k"), [(20, 20, 3), (15, 30, 5), (24, 8, 1)])
def test_their_means_for_equal_distributions(n, m, k):
    """Of a row's n - 1 + m others, in random order of distance, the ball is the part up to the k-th real one.

    It is empty of samples where the first k are all real: prod (n - i) / (m + n - i). And a sample among the
    n - 1 reals has each of n ranks alike, k of which are inside: m k / n samples a ball, so density 1.
    """
    found = torch.tensor(
        [density_coverage(normal(n, 3, seed=s), normal(m, 3, seed=-1 - s), k) for s in range(2000)]
    )
    error = 4 * found.std(0) / 2000**0.5
    missed = math.prod((n - i) / (m + n - i) for i in range(1, k + 1))
    assert abs(found[:, 0].mean() - 1) < error[0]
    assert abs(found[:, 1].mean() - (1 - missed)) < error[1]


@pytest.mark.parametrize(
    ("real", "fake", "k", "sentence"),
    [
        (torch.zeros(5, 3), torch.zeros(9, 3), 5, "real must have more than k = 5 rows; got 5"),
        (torch.zeros(9, 3), torch.zeros(9, 2), 5, r"fake must have shape \[M, 3\]"),
        (torch.zeros(9, 3), torch.full((9, 3), torch.nan), 5, "fake must hold finite numbers only"),
        (torch.zeros(9, 3), torch.zeros(0, 3), 5, "fake must not be empty"),
        (torch.zeros(9, 3), torch.zeros(9, 3), 0, "k must be at least 1"),
    ],
)
def test_what_it_refuses(real, fake, k, sentence):
    with pytest.raises(ValueError, match=sentence):
        density_coverage(real, fake, k)
