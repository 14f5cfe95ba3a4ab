import pytest
from scipy.stats import binomtest

from course_utils.metrics import wilson_interval


@pytest.mark.parametrize("n", [1, 2, 7, 40, 1000, 10**6])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_it_agrees_with_scipy(n, confidence):
    for successes in {0, 1, n // 3, n // 2, n - 1, n}:
        wanted = binomtest(successes, n).proportion_ci(confidence, method="wilson")
        assert wilson_interval(successes, n, confidence) == pytest.approx(tuple(wanted), rel=1e-9, abs=1e-15)


def test_its_ends_solve_the_equation_that_defines_it():
    low, high = wilson_interval(13, 40)
    for p in (low, high):
        assert abs(13 / 40 - p) == pytest.approx(1.959963984540054 * (p * (1 - p) / 40) ** 0.5)


def test_no_success_and_no_failure():
    low, high = wilson_interval(0, 20)
    assert low == 0 and high == pytest.approx(3.8414588 / (20 + 3.8414588))  # z^2 / (n + z^2)
    assert wilson_interval(20, 20) == (pytest.approx(1 - high), 1.0)
    for n in range(1, 300):  # exactly, whatever is rounded
        assert wilson_interval(0, n)[0] == 0 and wilson_interval(n, n)[1] == 1


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((5, 4), ValueError, "successes must be at least 0 and at most 4; got 5"),
        ((-1, 4), ValueError, "successes must be at least 0"),
        ((0, 0), ValueError, "n must be at least 1"),
        ((0.5, 4), TypeError, "successes must be a whole number; got 0.5"),
        ((1, 4, 1), ValueError, "confidence must be below 1"),
        ((1, 4, 95), ValueError, "confidence must be a finite number above 0 and at most 1"),
        ((1, 4, float("nan")), ValueError, "confidence must be a finite number"),
    ],
)
def test_what_it_refuses(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        wilson_interval(*arguments)
