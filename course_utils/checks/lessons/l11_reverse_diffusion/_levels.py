"""Pairs of levels before and after a step, points to go with them, and the posterior's variance."""

import torch


def _levels(n, rng):
    """n pairs of levels before > after, [n, 1] each, neither near 0 nor near 1."""
    after = 0.15 + 0.35 * torch.rand(n, 1, generator=rng, dtype=torch.float64)
    return after + 0.1 + 0.3 * torch.rand(n, 1, generator=rng, dtype=torch.float64), after


def points_and_levels(n, dim, first=False):
    """A maker of two batches of points and of levels; first: with before = 1, the step that ends at x_0."""

    def make(rng):
        one, other = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        before, after = _levels(n, rng)
        return one, other, torch.ones_like(before) if first else before, after

    return make


def beta_tilde(before, after, alpha):
    """The variance of the posterior, from the levels and from alpha = after / before."""
    return (1 - before) / (1 - after) * (1 - alpha)
