"""Right answers to eval.wilson_interval in other words."""

import math

import numpy as np
import torch
from scipy import stats


def interval_by_roots(successes, n, z=1.96):
    """The roots of (s - n p)^2 = z^2 n p (1 - p)."""
    square = z * z
    low, high = sorted(np.roots([n**2 + square * n, -2 * successes * n - square * n, successes**2]).real)
    return low, high


def interval_by_scipy(successes, n, z=1.96):
    level = 2 * stats.norm.cdf(z) - 1
    found = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
    return found.low, found.high


def interval_by_halving(successes, n, z=1.96):
    """The rates at which the count is z deviations away, by halving on either side of the observed one."""
    rate = successes / n

    def likely(p):
        return abs(rate - p) <= z * math.sqrt(p * (1 - p) / n) + 1e-15

    ends = []
    for edge in (0.0, 1.0):
        inside, outside = rate, edge
        for _ in range(80):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if likely(middle) else (inside, middle)
        ends.append(inside)
    return tuple(ends)


def interval_of_counts(successes, n, z=1.96):
    """In counts: successes and failures with half of z^2 more each."""
    failures, more = n - successes, z**2 / 2
    centre = (successes + more) / (n + 2 * more)
    half = z / (n + z**2) * (successes * failures / n + z**2 / 4) ** 0.5
    return [max(0.0, centre - half), min(1.0, centre + half)]


def interval_as_a_tensor(successes, n, z=1.96):
    p = torch.tensor(successes / n, dtype=torch.float64)
    half = (z / (2 * n)) * torch.sqrt(4 * n * p * (1 - p) + z**2)
    ends = p + z**2 / (2 * n) + torch.stack([-half, half])
    return ends / (1 + z**2 / n)
