"""Groups named by labels: the best one-to-one naming, against all of them."""

import itertools

import pytest
import torch

from course_utils import metrics


def test_renamed_labels_are_pure():
    labels = torch.arange(100) % 10
    names = torch.tensor([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
    groups = names.argsort()[labels]  # group g holds the label names[g]
    assert torch.equal(metrics.best_names(groups, labels), names)
    assert metrics.matched_purity(groups, labels) == 1


@pytest.mark.parametrize("seed", range(5))
def test_no_naming_agrees_more(seed):
    generator = torch.Generator().manual_seed(seed)
    groups, labels = (torch.randint(5, (60,), generator=generator) for _ in range(2))
    best = max(
        (torch.tensor(naming)[groups] == labels).double().mean().item()
        for naming in itertools.permutations(range(5))
    )
    assert metrics.matched_purity(groups, labels, k=5) == pytest.approx(best)


def test_two_groups_of_one_label_count_once():
    """One-to-one: a digit split into two groups costs the smaller of them."""
    labels = torch.tensor([0] * 10 + [1] * 10)
    groups = torch.tensor([0] * 6 + [1] * 4 + [2] * 10)
    assert metrics.matched_purity(groups, labels, k=3) == pytest.approx(16 / 20)


def test_one_group_of_everything_has_the_share_of_one_label():
    assert metrics.matched_purity(torch.zeros(100, dtype=torch.int64), torch.arange(100) % 10) == 0.1


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="labels must have shape"):
        metrics.matched_purity(torch.zeros(3, dtype=torch.int64), torch.zeros(2, dtype=torch.int64))
    labels = torch.arange(10)
    with pytest.raises(ValueError, match=r"labels must lie in 0..4, for k = 5; got 0 to 9"):
        metrics.best_names(labels % 5, labels, k=5)
    with pytest.raises(ValueError, match=r"groups must lie in 0..9, for k = 10; got -1 to 8"):
        metrics.best_names(labels - 1, labels)
