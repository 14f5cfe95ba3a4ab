import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from course_utils import metrics


def test_precision_and_recall_by_hand():
    """On a line, k = 1: the data's balls have radius 1; the first samples' have 0.2 and 0.5."""
    real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    fake = torch.tensor([[0.5], [0.7], [30.0], [30.5]])
    assert metrics.precision_recall(real, fake, k=1) == (0.5, 0.0)
    fake = torch.tensor([[0.5], [1.2], [9.8], [50.0]])  # balls of radius 0.7, 0.7, 8.6, 40.2
    assert metrics.precision_recall(real, fake, k=1) == (0.75, 1.0)
    fake = torch.tensor([[0.1], [0.3], [0.4], [0.5]])  # one place of two: all precise, little recalled
    assert metrics.precision_recall(real, fake, k=1) == (1.0, 0.25)


def test_a_set_covers_itself_and_nothing_far():
    x = torch.rand(40, 5, generator=torch.Generator().manual_seed(0))
    assert metrics.precision_recall(x, x) == (1.0, 1.0)
    assert metrics.precision_recall(x, x + 100) == (0.0, 0.0)


def test_copies_lie_among_what_they_copy():
    """Balls of radius 0 hold the copies of their centre, in whatever order, as far as distances are exact."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        places = torch.randn(30, 64, generator=generator, dtype=torch.float64) + 100
        several = places.repeat(5, 1)[torch.randperm(150, generator=generator)]
        again = places.repeat(4, 1)[torch.randperm(120, generator=generator)]
        assert metrics.precision_recall(several, again) == (1.0, 1.0)
        assert metrics.precision_recall(several, again + 1e-4) == (0.0, 0.0)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_it_agrees_with_scikit_learns_neighbours(k):
    real = torch.randn(60, 5, generator=torch.Generator().manual_seed(0)).double()
    fake = 0.8 * torch.randn(45, 5, generator=torch.Generator().manual_seed(1)).double() + 1

    def share_among(points, balls):
        radii = NearestNeighbors(n_neighbors=k).fit(balls).kneighbors()[0][:, -1]  # without the point itself
        inside = 0
        for point in points.numpy():
            inside += any(np.linalg.norm(point - c) <= r for c, r in zip(balls.numpy(), radii, strict=True))
        return inside / len(points)

    wanted = share_among(fake, real), share_among(real, fake)
    assert metrics.precision_recall(real, fake, k) == wanted and 0 < wanted[0] < 1 and 0 < wanted[1] < 1


@pytest.mark.parametrize(
    ("fake", "sentence"),
    [
        (torch.zeros(5, 2), "fake must have shape"),
        (torch.zeros(3, 3), "fake must have more than k = 3 rows"),
        (torch.full((5, 3), torch.nan), "fake must hold finite numbers only; got NaN or infinity"),
    ],
)
def test_precision_refuses(fake, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.precision_recall(torch.rand(9, 3), fake)
