"""What a share of a few trials says about the share of all."""

import math
from statistics import NormalDist

from .._validate import check_int, check_number


def wilson_interval(successes, n, confidence=0.95):
    """Wilson's interval for a share of which n trials showed `successes`: (low, high), floats in [0, 1].

    successes: int in 0..n; n: int, at least 1; confidence in (0, 1). The shares p for which the observed one
    lies within z standard deviations, (p (1 - p) / n)^(1/2), of p; low is exactly 0 without successes, and
    high exactly 1 without failures. Source: Wilson 1927. Raises ValueError or TypeError for a number out of
    its range.
    """
    n = check_int("n", n)
    successes = check_int("successes", successes, 0, n)
    if check_number("confidence", confidence, 0, 1, open_minimum=True) == 1:
        raise ValueError("confidence must be below 1; certainty takes the whole of [0, 1].")
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    centre = (successes + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (successes * (n - successes) / n + z2 / 4)) / (n + z2)
    return 0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half
