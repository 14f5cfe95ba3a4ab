"""Right answers to latent.scale in other words."""

import torch


def scale_by_moments(mean, logvar):
    """The mean square of a code less the square of its mean."""
    second = (mean**2 + torch.exp(logvar)).mean()
    return torch.rsqrt(second - mean.mean() ** 2)


def scale_by_distances(mean, logvar):
    away = mean - mean.mean()
    return ((away**2).mean() + logvar.exp().sum() / logvar.numel()).pow(-0.5)


def scale_by_loop(mean, logvar):
    centre = mean.flatten().mean()
    parts = [((m - centre) ** 2 + s.exp()).mean() for m, s in zip(mean, logvar, strict=True)]
    return torch.stack(parts).mean().sqrt().reciprocal()


def scale_as_number(mean, logvar):
    return (mean.var(unbiased=False) + logvar.exp().mean()).item() ** -0.5


OTHER_TYPE = [scale_as_number]
