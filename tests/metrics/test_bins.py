import pytest
import torch

from course_utils import metrics


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_cluster_centres_find_separate_groups():
    groups = torch.tensor([[0.0, 0], [10, 0], [0, 10], [7, 7]]).double()
    x = groups.repeat_interleave(30, 0) + 0.2 * normal(120, 2)
    centres = metrics.cluster_centres(x, 4)
    means = x.view(4, 30, 2).mean(1)
    order = torch.cdist(means, centres).argmin(1)
    assert torch.allclose(centres[order], means) and sorted(order.tolist()) == [0, 1, 2, 3]
    assert torch.equal(centres, metrics.cluster_centres(x, 4))
    every = metrics.cluster_centres(x[:5], 5)  # as many centres as points: the points themselves
    assert torch.cdist(every, x[:5]).min(1).values.max() < 1e-6 and len(every.unique(dim=0)) == 5


def test_bins_that_hold_their_part_are_covered():
    centres = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    data = metrics.bin_shares(torch.tensor([[0.1], [0.9], [1.1], [2.2], [2.0], [1.8], [2.1], [2.4]]), centres)
    assert data.tolist() == [1 / 8, 2 / 8, 5 / 8, 0]
    samples = metrics.bin_shares(torch.tensor([[0.0]] * 15 + [[1.0]] + [[2.0]] * 4), centres)
    assert samples.tolist() == pytest.approx([0.75, 0.05, 0.2, 0])
    for part, count in ((0.2, 4), (0.25, 3), (0.32, 3), (0.33, 2)):
        assert metrics.bins_covered(samples, data, part) == count
    with pytest.raises(ValueError, match="k must be at least 1 and at most 4; got 9"):
        metrics.cluster_centres(centres, 9)
    with pytest.raises(ValueError, match="k must be at most 2, the number of different points; got 3"):
        metrics.cluster_centres(torch.tensor([[0.1], [0.1], [0.7]]).repeat(20, 1), 3)
    with pytest.raises(ValueError, match="part must be a finite number above 0"):
        metrics.bins_covered(samples, data, 0)
    nowhere = torch.tensor([[0.0], [torch.nan]])
    for refused in (
        lambda: metrics.cluster_centres(nowhere, 1),
        lambda: metrics.bin_shares(nowhere, centres),
    ):
        with pytest.raises(ValueError, match="x must hold finite numbers only; got NaN or infinity"):
            refused()
