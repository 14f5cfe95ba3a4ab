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


def ends_of_the_chain(dim):
    """A maker of points and levels at both ends of the linear schedule: nearly clean, and nearly noise."""

    def make(rng):
        one, other = torch.randn(2, 4, dim, generator=rng, dtype=torch.float64)
        levels = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)
        return one, other, levels[[0, 1, 300, 998], None], levels[[1, 2, 301, 999], None]

    return make


def last_steps(dim):
    """A maker of far points and their guesses at the noisiest steps; the first guess is right."""

    def make(rng):
        points, away = 100 * torch.randn(2, 4, dim, generator=rng, dtype=torch.float64)
        levels = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)
        return (
            points,
            points + away * (torch.arange(4) > 0)[:, None],
            levels[-8::2, None],
            levels[-7::2, None],
        )

    return make


def beta_tilde(before, after, alpha):
    """The variance of the posterior, from the levels and from alpha = after / before."""
    return (1 - before) / (1 - after) * (1 - alpha)
