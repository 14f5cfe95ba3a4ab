"""How well somebody tells the real from the made, whatever they lean to."""

from statistics import NormalDist

from .._validate import check_int


def d_prime(hits, n_signal, false_alarms, n_noise):
    """The distance of signal from noise in standard deviations, d' = z(hits) - z(false alarms), a float.

    hits: int in 0..n_signal, how often a signal was called one; false_alarms: int in 0..n_noise, how often
    noise was; z is the standard normal quantile of a rate, which is taken as (count + 1/2) / (n + 1), so that
    d' is finite after a perfect game too. 0 is guessing. Source: Green & Swets 1966; the log-linear
    rates: Hautus 1995. Raises ValueError or TypeError for a count out of its range.
    """
    hits = check_int("hits", hits, 0, check_int("n_signal", n_signal))
    false_alarms = check_int("false_alarms", false_alarms, 0, check_int("n_noise", n_noise))
    z = NormalDist().inv_cdf
    return z((hits + 0.5) / (n_signal + 1)) - z((false_alarms + 0.5) / (n_noise + 1))
