"""What the page shows as numbers: W1 and JS of two densities on a line, and their slopes as q moves right."""

from typing import NamedTuple

import torch

from ...divergences import js_density, wasserstein1_density
from ...exact import GaussianMixture

REACH = 10  # standard deviations
POINTS = 20_001


class Numbers(NamedTuple):
    """w1 in units of x, js in nats; w1_slope and js_slope: their change per unit that q moves right."""

    w1: float
    js: float
    w1_slope: float
    js_slope: float


def bumps(mean, std, gap=0.0):
    """One bump as a mixture in float64, or two of half the mass each, `gap` apart."""
    means = [mean - gap / 2, mean + gap / 2] if gap else [mean]
    return GaussianMixture(torch.tensor(means, dtype=torch.float64)[:, None], std)


def grid(p, q, points=POINTS):
    """Evenly spaced places [points] that hold all of p and q but 1e-22 of their mass."""
    ends = [(mixture.means.squeeze(1), REACH * mixture.stds) for mixture in (p, q)]
    low = min(float((means - reach).min()) for means, reach in ends)
    high = max(float((means + reach).max()) for means, reach in ends)
    return torch.linspace(low, high, points, dtype=torch.float64)


def density(mixture, x):
    """The density of a mixture on a line at x [G]."""
    return mixture.log_prob(x[:, None]).exp()


def numbers(p, q):
    """The Numbers of two mixtures on a line.

    With the CDFs P and Q, W1 grows by the integral of q sign(P - Q), which is minus the mean slope of the
    best potential under q; JS grows by half the integral of q' log(1 + p / q).
    """
    x = grid(p, q)
    dx = float(x[1] - x[0])
    log_p, log_q = (mixture.log_prob(x[:, None]) for mixture in (p, q))
    dp, dq = log_p.exp(), log_q.exp()
    ahead = (dp - dq).cumsum(0) * dx - (
        dp - dq
    ) * dx / 2  # P - Q at x itself: half of a cell lies to its right
    slope = dq * q.score(x[:, None]).squeeze(1)
    w1_slope = dx * (dq * ahead.sign() * (ahead.abs() > 1e-12)).sum()
    js_slope = 0.5 * dx * (slope * torch.nn.functional.softplus(log_p - log_q)).sum()
    w1, js = wasserstein1_density(dp, dq, dx), js_density(dp, dq, dx)
    return Numbers(*(float(value) for value in (w1, js, w1_slope, js_slope)))
