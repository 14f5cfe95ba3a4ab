"""Noisy points with a model's answer and their level, for the two conversions to x_0."""

import torch


def _points(n, dim, low=0.1, high=0.9):
    def make(rng):
        x_t, output = torch.randn(2, n, dim, generator=rng, dtype=torch.float64)
        return x_t, output, low + (high - low) * torch.rand(n, 1, generator=rng, dtype=torch.float64)

    return make


POINTS = {
    "4 points of 2 coordinates": _points(4, 2),
    "3 points of 5 coordinates": _points(3, 5),
    "6 points of 3 coordinates, mostly noise": _points(6, 3, 0.02, 0.1),
    "5 points of 2 coordinates, nearly all noise": _points(5, 2, 4e-5, 6e-5),
    "2 points of 4 coordinates, nearly clean": _points(2, 4, 0.9998, 0.9999),
}
