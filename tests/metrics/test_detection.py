import pytest
from scipy.stats import norm

from course_utils.metrics import d_prime


@pytest.mark.parametrize("counts", [(15, 20, 5, 20), (0, 3, 3, 3), (40, 40, 0, 30), (7, 9, 100, 101)])
def test_it_agrees_with_scipys_quantiles(counts):
    hits, n_signal, false_alarms, n_noise = counts
    wanted = norm.ppf((hits + 0.5) / (n_signal + 1)) - norm.ppf((false_alarms + 0.5) / (n_noise + 1))
    assert d_prime(*counts) == pytest.approx(wanted, abs=1e-9)


def test_guessing_is_0_whatever_one_leans_to_and_exchange_turns_the_sign():
    for calls in (0, 3, 10, 20):
        assert d_prime(calls, 20, calls, 20) == 0
    assert d_prime(3, 20, 15, 20) == pytest.approx(-d_prime(15, 20, 3, 20))


def test_it_finds_the_distance_of_two_normals_whatever_the_threshold():
    """One who calls all above c a signal, where noise is N(0, 1) and a signal N(1.5, 1)."""
    n = 10**7
    for c in (-0.5, 0.75, 2.0):
        hits, false_alarms = round(n * norm.sf(c - 1.5)), round(n * norm.sf(c))
        assert d_prime(hits, n, false_alarms, n) == pytest.approx(1.5, abs=1e-5)


@pytest.mark.parametrize(
    ("counts", "error", "sentence"),
    [
        ((21, 20, 0, 20), ValueError, "hits must be at least 0 and at most 20; got 21"),
        ((2, 20, 30, 20), ValueError, "false_alarms must be at least 0 and at most 20; got 30"),
        ((0, 0, 0, 20), ValueError, "n_signal must be at least 1"),
        ((0.9, 20, 0, 20), TypeError, "hits must be a whole number"),
    ],
)
def test_what_it_refuses(counts, error, sentence):
    with pytest.raises(error, match=sentence):
        d_prime(*counts)
