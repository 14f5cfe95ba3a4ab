"""Log densities of samples whose weights are ordinary, or far out of the range of floats."""

import torch


def weighted_samples(samples, points, level=0.0, spread=1.0):
    """A maker of log densities whose weights lie around e^level, over so many powers of e."""

    def make(rng):
        log_q = -2 + torch.randn(samples, points, generator=rng)
        weights = level + spread * torch.randn(samples, points, generator=rng)
        return log_q + weights, log_q

    return make


def narrow_samples(rng):
    """Log densities of samples of a narrow q, which lie well above 0."""
    log_pxz, log_q = weighted_samples(8, 3)(rng)
    return log_pxz + 11, log_q + 11


def far_points(rng):
    """Log densities of two points further apart than one shift can bring into float64's range."""
    log_pxz, log_q = weighted_samples(7, 2)(rng)
    return log_pxz + torch.tensor([450.0, -450.0]), log_q


def far_samples(rng):
    """Log densities in which one sample of each point has a weight e^3000 times the others'."""
    log_pxz, log_q = weighted_samples(4, 3)(rng)
    log_pxz[[0, 2, 3]] -= 3000
    return log_pxz, log_q
