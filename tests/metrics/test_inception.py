import numpy as np
import pytest
import torch
from scipy.stats import entropy

from course_utils.metrics import inception_score


def rows(n, k, concentration, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).dirichlet([concentration] * k, n))


@pytest.mark.parametrize("concentration", [0.05, 1.0, 30.0])
def test_it_agrees_with_scipys_relative_entropy(concentration):
    p = rows(60, 7, concentration)
    wanted = np.exp(np.mean([entropy(row, p.mean(0)) for row in p]))
    assert inception_score(p) == pytest.approx(wanted, rel=1e-12)
    assert inception_score(p.float()) == pytest.approx(wanted, rel=1e-6)


def test_it_is_k_for_sure_rows_of_all_classes_and_1_for_rows_alike():
    for k in (2, 3, 10):
        assert inception_score(torch.eye(k).repeat(4, 1)) == pytest.approx(k, rel=1e-12)
        assert inception_score(torch.eye(k)[[1] * 6]) == 1
    assert inception_score(rows(1, 10, 1.0).repeat(9, 1)) == pytest.approx(1, abs=1e-12)
    assert inception_score(torch.eye(10)[torch.arange(70) % 7]) == pytest.approx(7)  # three classes dropped


def test_it_stays_between_1_and_k():
    for seed in range(50):
        p = rows(1 + seed % 12, 5, 10.0 ** (seed % 5 - 2), seed)
        assert 1 <= inception_score(p) <= 5 and 1 <= inception_score(p.float()) <= 5
        assert 1 <= inception_score(p[:1].repeat(7, 1)) < 1 + 1e-12  # whatever is rounded
        assert 5 - 1e-12 < inception_score(torch.eye(5).double().repeat(seed + 1, 1)) <= 5


def test_parts_have_lower_scores_than_the_whole():
    """H is concave: the mean log score of equal parts is at most the log score of all rows (Jensen)."""
    p = rows(60, 10, 0.3)
    parts = np.mean([np.log(inception_score(part)) for part in p.split(6)])
    assert parts < np.log(inception_score(p)) - 0.1


@pytest.mark.parametrize(
    ("p", "sentence"),
    [
        (torch.randn(5, 3), "sum to 1 in each row; apply softmax to logits first"),
        (torch.tensor([[1.5, -0.5]]), "probabilities must be at least 0"),
        (torch.tensor([[torch.nan, 1.0]]), "probabilities must hold finite numbers only"),
        (torch.ones(4), r"probabilities must have shape \[N, K\]"),
        (torch.ones(0, 4), "probabilities must not be empty"),
    ],
)
def test_what_it_refuses(p, sentence):
    with pytest.raises(ValueError, match=sentence):
        inception_score(p)
