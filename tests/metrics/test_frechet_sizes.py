import numpy as np
import pytest
import torch

from course_utils import metrics


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def exact_distance(x):
    """From a sample to N(0, I) itself: |m|^2, and (s - 1)^2 for each principal standard deviation s."""
    variances = np.linalg.eigvalsh(np.cov(x.numpy().T, ddof=1).reshape(x.shape[1], x.shape[1]))
    return (x.mean(0).square().sum() + ((variances**0.5 - 1) ** 2).sum()).item()


@pytest.mark.parametrize(("d", "n"), [(1, 200), (2, 100), (5, 400), (16, 1000)])
def test_the_bias_is_the_mean_over_many_samples(d, n):
    """By Monte Carlo; the second order, (2 d^3 + d^2 - 7 d) / 64 n^2, and n - 1 for n are allowed for."""
    rounds = 1000
    found = torch.tensor([exact_distance(normal(n, d, seed=s)) for s in range(rounds)])
    second = (abs(2 * d**3 + d**2 - 7 * d) / 64 + d * (d + 1) / 4) / n**2
    bias = metrics.frechet_bias(d, n)
    assert abs(found.mean() - bias) < 4 * found.std() / rounds**0.5 + 1.2 * second
    assert second < 0.06 * bias


def test_the_bias_on_a_line_in_closed_form():
    """1/n + E(s - 1)^2 = 1/n + 2 - 2 E s, and E s of n normal numbers is a ratio of gamma functions."""
    from scipy.special import gammaln

    for n in (50, 500, 5000):
        mean_s = (2 / (n - 1)) ** 0.5 * np.exp(gammaln(n / 2) - gammaln((n - 1) / 2))
        assert metrics.frechet_bias(1, n) == pytest.approx(1 / n + 2 - 2 * mean_s, rel=1 / n)


def test_between_two_samples_the_bias_is_double():
    found = metrics.frechet_by_size(normal(40_000, 8), normal(40_000, 8, seed=1), [200, 400, 800])
    wanted = torch.tensor([2 * metrics.frechet_bias(8, n) for n in (200, 400, 800)]).double()
    assert torch.allclose(found, wanted, rtol=0.05)


def test_each_size_takes_the_mean_over_disjoint_parts():
    """At the full size there is one part; rows that are all alike have the same distance at each size."""
    a, b = normal(30, 3), normal(25, 3, seed=1) + 1
    assert metrics.frechet_by_size(a[:25], b, [25]).item() == pytest.approx(
        metrics.frechet_distance(a[:25], b)
    )
    alike = metrics.frechet_by_size(torch.zeros(9, 2), torch.ones(12, 2), [2, 4, 9])
    assert alike.tolist() == pytest.approx([2, 2, 2])


def test_at_infinity_one_gaussian_lies_at_0_from_itself():
    sizes = [100, 150, 250, 500, 1000]
    pairs = [(normal(2000, 8, seed=s), normal(2000, 8, seed=-1 - s)) for s in range(12)]
    found = torch.tensor([metrics.frechet_at_infinity(a, b, sizes, seed=0) for a, b in pairs])
    assert abs(found.mean()) < 4 * found.std() / 12**0.5 + 1e-3
    at_full_size = 2 * metrics.frechet_bias(8, 2000)
    assert found.square().mean().sqrt() < 0.6 * at_full_size


def test_at_infinity_two_gaussians_lie_at_their_own_distance():
    """N(0, I) against N(m, s^2 I): |m|^2 + d (s - 1)^2 = 1 + 6 / 4, where 300 rows say clearly more."""
    found = torch.tensor(
        [
            metrics.frechet_at_infinity(
                normal(3000, 6, seed=s),
                1.5 * normal(3000, 6, seed=-1 - s) + 6**-0.5,
                [100, 200, 400, 1000],
                s,
            )
            for s in range(12)
        ]
    )
    assert abs(found.mean() - 2.5) < 4 * found.std() / 12**0.5
    few = metrics.frechet_distance(normal(100, 6), 1.5 * normal(100, 6, seed=-1) + 6**-0.5)
    assert abs(found.mean() - 2.5) < abs(few - 2.5)


def test_the_line_agrees_with_numpys():
    a, b, sizes = normal(300, 4), normal(260, 4, seed=1) + 1, [20, 50, 90, 260]
    found = metrics.frechet_by_size(a, b, sizes, seed=5)
    _, at_0 = np.polyfit(1 / np.array(sizes), found.numpy(), 1)
    assert metrics.frechet_at_infinity(a, b, sizes, seed=5) == pytest.approx(at_0, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sizes": [5, 5]}, "sizes must hold at least two different numbers, to draw a line"),
        ({"sizes": [5, 11]}, "each of sizes must be at least 2 and at most 10; got 11"),
        ({"sizes": [1, 5]}, "each of sizes must be at least 2"),
        ({"fake": torch.zeros(9, 2)}, r"fake must have shape \[M, 3\]"),
        ({"real": torch.full((10, 3), torch.nan)}, "real must hold finite numbers only"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_what_is_refused(change, sentence):
    arguments = {
        "real": torch.zeros(10, 3),
        "fake": torch.zeros(12, 3),
        "sizes": [5, 10],
        "seed": 0,
        **change,
    }
    with pytest.raises(ValueError, match=sentence):
        metrics.frechet_at_infinity(**arguments)
    with pytest.raises(ValueError, match="n must be at least 2"):
        metrics.frechet_bias(3, 1)
