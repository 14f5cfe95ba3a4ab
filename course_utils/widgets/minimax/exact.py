"""The numbers that the page shows, from the course's own functions: V at D* and at a logistic D, JS, W1."""

from typing import NamedTuple

import torch
from torch.nn import functional as F

from ...divergences import js_density, wasserstein1_density
from ...gan import optimal_discriminator, value

REACH = 10  # standard deviations
POINTS = 20_001


class Numbers(NamedTuple):
    """value: V(D*); own: V of the logistic D; js: all three in nats; w1: in units of x."""

    value: float
    own: float
    js: float
    w1: float


def densities(means, stds, weights, mean, std):
    """x [N] evenly spaced over everything that has mass, and p and q there, all float64."""
    ends = [m + k * s for m, s in zip([*means, mean], [*stds, std], strict=True) for k in (-REACH, REACH)]
    x = torch.linspace(min(ends), max(ends), POINTS, dtype=torch.float64)
    parts = zip(means, stds, weights, strict=True)
    return x, sum(w * normal(x, m, s) for m, s, w in parts), normal(x, mean, std)


def normal(x, mean, std):
    """The density of N(mean, std^2) at x, a tensor."""
    return torch.exp(torch.distributions.Normal(mean, std).log_prob(x))


def numbers(means, stds, weights, mean, std, slope, boundary):
    """The Numbers of a mixture p, a Gaussian q and D(x) = sigmoid(slope (x - boundary))."""
    x, p, q = densities(means, stds, weights, mean, std)
    dx = float(x[1] - x[0])
    logit = slope * (x - boundary)
    own = dx * (p * F.logsigmoid(logit) + q * F.logsigmoid(-logit)).sum()
    best = value(optimal_discriminator(p, q), p, q, dx)
    return Numbers(*map(float, (best, own, js_density(p, q, dx), wasserstein1_density(p, q, dx))))
