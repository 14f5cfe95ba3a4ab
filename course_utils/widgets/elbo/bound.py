"""The exact numbers behind the picture: one latent z, one observation x, everything in nats."""

import math
from typing import NamedTuple

import numpy as np

REACH = 12.0  # the prior beyond weighs less than 1e-31
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class Bound(NamedTuple):
    """log_evidence = elbo + gap; elbo = reconstruction - kl_prior = energy + entropy; floats in nats."""

    log_evidence: float
    elbo: float
    gap: float
    reconstruction: float
    kl_prior: float
    energy: float
    entropy: float


def log_normal(x, mean, std):
    """log N(x; mean, std^2), of numbers or arrays that broadcast."""
    return -0.5 * ((x - mean) / std) ** 2 - np.log(std) - HALF_LOG_TWO_PI


def log_joint(z, x, decoder, weight, sigma):
    """log p(x, z) for z ~ N(0, 1), x | z ~ N(g(z), sigma^2); g is weight * z ("linear") or weight * z^2."""
    g = weight * z if decoder == "linear" else weight * z**2
    return log_normal(z, 0.0, 1.0) + log_normal(x, g, sigma)


def log_evidence(x, decoder, weight, sigma):
    """log p(x): in closed form for the linear decoder, by the trapezoid rule over z for the square one."""
    if decoder == "linear":
        return float(log_normal(x, 0.0, math.hypot(weight, sigma)))
    z = np.linspace(-REACH, REACH, _nodes(weight, sigma))
    logs = log_joint(z, x, decoder, weight, sigma)
    peak = logs.max()
    return float(peak + np.log(np.exp(logs - peak).sum() * (z[1] - z[0])))


def bound(x, q_mean, q_std, decoder, weight, sigma):
    """log p(x), the ELBO of q = N(q_mean, q_std^2), the gap and both readings of the ELBO, as a Bound.

    The ELBO's parts are closed forms; the gap KL(q || p(z | x)) is integrated on its own, so that the sum
    log p(x) = ELBO + gap is a check and not a definition.
    """
    evidence = log_evidence(x, decoder, weight, sigma)
    misfit = _expected_square(x, q_mean, q_std, decoder, weight)
    reconstruction = -0.5 * misfit / sigma**2 - math.log(sigma) - HALF_LOG_TWO_PI
    square = q_mean**2 + q_std**2
    kl_prior = 0.5 * (square - 1) - math.log(q_std)
    t = np.linspace(-10, 10, 401)
    z = q_mean + q_std * t
    log_q = log_normal(z, q_mean, q_std)
    surplus = log_q - log_joint(z, x, decoder, weight, sigma) + evidence
    gap = float((np.exp(log_q) * surplus).sum() * q_std * (t[1] - t[0]))
    return Bound(
        log_evidence=evidence,
        elbo=reconstruction - kl_prior,
        gap=gap,
        reconstruction=reconstruction,
        kl_prior=kl_prior,
        energy=reconstruction - 0.5 * square - HALF_LOG_TWO_PI,
        entropy=0.5 + HALF_LOG_TWO_PI + math.log(q_std),
    )


def _expected_square(x, m, s, decoder, weight):
    """E_q[(x - g(z))^2] from q's moments up to the fourth."""
    if decoder == "linear":
        return (x - weight * m) ** 2 + (weight * s) ** 2
    second, fourth = m**2 + s**2, m**4 + 6 * m**2 * s**2 + 3 * s**4
    return x**2 - 2 * x * weight * second + weight**2 * fourth


def _nodes(weight, sigma):
    """Enough points for half of the narrowest width that the likelihood has where the prior has mass."""
    return 1 + math.ceil(2 * REACH / min(0.05, sigma / (16 * weight)))
