"""The numbers that the page shows: V at D* and at a logistic D, JS, W1, from densities on an even grid."""

import math
from typing import NamedTuple

import torch
from torch.nn import functional as F

from ...divergences import js_density, wasserstein1_density

REACH = 10  # standard deviations
POINTS = 20_001


class Numbers(NamedTuple):
    """value: V(D*); own: V of the logistic D; js: all three in nats; w1: in units of x."""

    value: float
    own: float
    js: float
    w1: float


def numbers(means, stds, weights, mean, std, slope, boundary):
    """The Numbers of a mixture p, a Gaussian q and D(x) = sigmoid(slope (x - boundary))."""
    ends = [m + k * s for m, s in zip([*means, mean], [*stds, std], strict=True) for k in (-REACH, REACH)]
    x = torch.linspace(min(ends), max(ends), POINTS, dtype=torch.float64)
    dx = float(x[1] - x[0])
    log_p, log_q = log_mixture(x, means, stds, weights), log_normal(x, mean, std)
    p, q = log_p.exp(), log_q.exp()

    def value(logit):  # by logits: far out D rounds to 1, and log(1 - D) would be minus infinity
        return float(dx * (p * F.logsigmoid(logit) + q * F.logsigmoid(-logit)).sum())

    distances = float(js_density(p, q, dx)), float(wasserstein1_density(p, q, dx))
    return Numbers(value(log_p - log_q), value(slope * (x - boundary)), *distances)


def log_normal(x, mean, std):
    """log N(x; mean, std^2) for a tensor x."""
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std) - 0.5 * math.log(2 * math.pi)


def log_mixture(x, means, stds, weights):
    """log p(x) for a tensor x; a mode without weight is none."""
    parts = zip(means, stds, weights, strict=True)
    return torch.stack([math.log(w) + log_normal(x, m, s) for m, s, w in parts if w > 0]).logsumexp(0)
