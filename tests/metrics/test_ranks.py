import pytest
import torch
from scipy.stats import spearmanr

from course_utils.metrics import rank_correlation


@pytest.mark.parametrize("values", [3, 10_000], ids=["many ties", "hardly a tie"])
def test_it_agrees_with_scipy(values):
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randint(0, values, (2, 5, 40), generator=generator).double()
    expected = [spearmanr(a, b).statistic for a, b in zip(x, y, strict=True)]
    assert rank_correlation(x, y).tolist() == pytest.approx(expected, abs=1e-12)


def test_any_rising_curve_counts_as_one():
    x = torch.linspace(-2, 3, 9)
    assert rank_correlation(x, x.exp()).item() == pytest.approx(1)
    assert rank_correlation(x, -x.pow(3)).item() == pytest.approx(-1)


def test_a_constant_has_no_order():
    assert rank_correlation(torch.ones(4), torch.arange(4.0)).isnan()


def test_nan_has_no_rank_and_infinity_has():
    x = torch.arange(4.0).repeat(2, 1)
    x[0, 2], x[1, 3] = torch.nan, torch.inf
    found = rank_correlation(x, torch.arange(4.0).repeat(2, 1))
    assert found[0].isnan() and found[1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (torch.ones(3), torch.ones(4), "y must have the shape of x"),
        (torch.ones(2, 1), torch.ones(2, 1), "N of at least 2"),
    ],
)
def test_what_cannot_be_ranked_is_refused(x, y, words):
    with pytest.raises(ValueError, match=words):
        rank_correlation(x, y)
