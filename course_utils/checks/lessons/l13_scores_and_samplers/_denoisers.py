"""Exact denoisers to sample with, which tell of what a sampler must not ask."""

import torch
from torch import nn


class Denoiser(nn.Module):
    """The mean of x_0 given y at level sigma, where each coordinate of x_0 has two bells, at -1 and at 1.

    It raises ValueError at level 0, where it knows nothing, for sigma as [B], and where it is asked the same
    a second time.
    """

    def __init__(self, variance):
        super().__init__()
        self.variance = nn.Parameter(torch.tensor(variance, dtype=torch.float64), requires_grad=False)
        self.asked = []

    def forward(self, y, sigma):
        sigma = torch.as_tensor(sigma, dtype=y.dtype)
        if sigma.ndim == 1 and len(sigma) > 1:
            raise ValueError(
                "denoise wants sigma as one number for the whole batch (or as a column [B, 1]); got shape "
                f"{list(sigma.shape)}"
            )
        if not (sigma > 0).all():
            raise ValueError("denoise cannot be asked at noise level 0: a network takes the logarithm of it")
        if any(torch.equal(level, sigma) and torch.equal(point, y) for point, level in self.asked):
            raise ValueError("denoise is asked the same twice: keep its answer")
        self.asked.append((y.detach().clone(), sigma.detach().clone()))
        total = self.variance + sigma**2
        return (self.variance * y + sigma**2 * torch.tanh(y / total)) / total


def walk(shape, sigmas, variance=0.09):
    """A maker of a denoiser, of points at the first level, and of the levels, which end at 0."""

    def make(rng):
        levels = torch.tensor([*sigmas, 0.0], dtype=torch.float64)
        return Denoiser(variance), levels[0] * torch.randn(shape, generator=rng, dtype=torch.float64), levels

    return make


def karras(n, low, high):
    """n levels from high to low, as Karras et al. space them, as a list."""
    share = torch.linspace(0, 1, n, dtype=torch.float64)
    return ((high ** (1 / 7) + share * (low ** (1 / 7) - high ** (1 / 7))) ** 7).tolist()


WALKS = {
    "4 points of 2 coordinates, 5 levels from 3 to 0.2": walk((4, 2), karras(5, 0.2, 3.0)),
    "3 points of 5 coordinates, 8 levels from 80 to 0.002": walk((3, 5), karras(8, 2e-3, 80.0)),
    "2 points of 4 coordinates, uneven levels": walk((2, 4), [5.0, 4.0, 1.5, 1.2, 0.3, 0.25], 0.25),
    "5 points of 3 coordinates, wide data, 2 levels": walk((5, 3), [30.0, 8.0], 40.0),
    "6 points of 2 coordinates, one step": walk((6, 2), [1.5]),
}
