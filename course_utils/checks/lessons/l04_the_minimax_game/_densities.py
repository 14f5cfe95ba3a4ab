"""Densities at the points of a grid, empty points included."""

import torch


def bell(line, mean, std):
    """The density of N(mean, std^2) at the points of the line."""
    return torch.exp(-0.5 * ((line - mean) / std) ** 2) / (std * (2 * torch.pi) ** 0.5)


def narrow(n, width=0.04):
    """Two narrow bells at n points, with densities well above 5."""
    line = torch.linspace(-0.1, 0.12, n)
    return bell(line, 0.0, width), bell(line, 0.03, 1.2 * width)


def boxes(rng):
    """Two boxes apart, and empty points beside them."""
    return torch.tensor([0.0, 0.5, 0.5, 0.0, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.0, 0.0, 0.5, 0.5])


def ratio(top, bottom):
    """top / bottom, 1/2 where both are 0."""
    seen = bottom > 0
    return torch.where(seen, top / torch.where(seen, bottom, 1.0), 0.5)
