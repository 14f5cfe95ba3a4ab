import pytest
import torch
from scipy.stats import binomtest, norm

from course_utils.metrics import classifier_test, two_sample


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def within(accuracy, truth, n):
    return abs(accuracy - truth) < 4 * (truth * (1 - truth) / n) ** 0.5


def test_it_reaches_the_best_possible_accuracy_for_two_normals():
    """N(0, 1) against N(2, 1): no rule beats the threshold at 1, which is right with chance Phi(1)."""
    real, fake = normal(2000, 2), normal(2000, 2, seed=1) + torch.tensor([2.0, 0])
    accuracy, p = classifier_test(real, fake)
    assert within(accuracy, norm.cdf(1), 2000) and p < 1e-100


def test_it_sees_a_spread_that_no_line_divides():
    """N(0, 1) against N(0, 9): best is |x| < c with c^2 = log(9) 9 / 8, where the densities are equal."""
    real, fake = normal(3000, 1), 3 * normal(3000, 1, seed=1)
    c = (2 * torch.tensor(3.0).log().item() * 9 / 8) ** 0.5
    best = (norm.cdf(c) - norm.cdf(-c) + 2 * norm.sf(c / 3)) / 2
    accuracy, _ = classifier_test(real, fake)
    assert within(accuracy, best, 3000)


def test_its_p_is_scipys_exact_binomial():
    for seed in range(4):
        accuracy, p = classifier_test(normal(21, 3), normal(21, 3, seed=1), seed)
        right = round(accuracy * 22)  # 10 rows of each were learned, 11 kept
        assert accuracy == pytest.approx(right / 22)
        assert p == pytest.approx(binomtest(right, 22, alternative="greater").pvalue, rel=1e-9)


def test_equal_distributions_are_seldom_told_apart(monkeypatch):
    """At most 5 % of p are at most 0.05 (Hoeffding 1956), and the mean accuracy is 1/2.

    However the classifier is trained: here in a quarter of the steps, each four times as long.
    """
    monkeypatch.setattr(two_sample, "STEPS", 25)
    monkeypatch.setattr(two_sample, "RATE", 0.04)
    found = torch.tensor([classifier_test(*normal(2, 24, 2, seed=s), seed=s) for s in range(100)])
    assert (found[:, 1] <= 0.05).double().mean() < 0.05 + 4 * (0.05 * 0.95 / 100) ** 0.5
    assert abs(found[:, 0].mean() - 0.5) < 4 * found[:, 0].std() / 100**0.5


def test_one_seed_gives_one_answer_and_draws_nothing_of_the_readers():
    real, fake = normal(30, 4).float(), normal(30, 4, seed=1).float()
    state = torch.random.get_rng_state()
    with torch.no_grad():
        first = classifier_test(real, fake, seed=3)
    assert first == classifier_test(real, fake, seed=3)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_constant_feature_is_no_obstacle():
    assert classifier_test(torch.zeros(10, 3), torch.zeros(10, 3))[0] == 0.5
    assert classifier_test(torch.zeros(10, 3), torch.ones(10, 3))[0] == 1


@pytest.mark.parametrize(
    ("real", "fake", "sentence"),
    [
        (torch.zeros(5, 3), torch.zeros(6, 3), "fake must have as many rows as real, 5; got 6"),
        (torch.zeros(3, 3), torch.zeros(3, 3), "real must have at least 4 rows; got 3"),
        (torch.zeros(5, 3), torch.full((5, 3), torch.nan), "fake must hold finite numbers only"),
    ],
)
def test_what_it_refuses(real, fake, sentence):
    with pytest.raises(ValueError, match=sentence):
        classifier_test(real, fake)
