"""Where along the path a network is trained."""

import math

import torch

from .._validate import check_generator, check_int, check_number, check_tensor


def logit_normal(n, mean=0.0, std=1.0, generator=None):
    """n times t in (0, 1) whose logit is N(mean, std^2), float32 [n] (Esser et al. 2024, section 3.1).

    mean 0 puts most of them in the middle of the path, where the guess is hardest; above 0 nearer the data.
    """
    check_generator("generator", generator)
    check_number("mean", mean)
    check_number("std", std, 0, open_minimum=True)
    return torch.sigmoid(mean + std * torch.randn(check_int("n", n), generator=generator))


def logit_normal_density(t, mean=0.0, std=1.0):
    """The density of `logit_normal` at t, [N] in (0, 1) -> [N] (Atchison & Shen 1980)."""
    check_number("mean", mean)
    check_tensor("t", t, "[N]")
    check_number("std", std, 0, open_minimum=True)
    logit = t.logit()
    bell = torch.exp(-0.5 * ((logit - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))
    return bell / (t * (1 - t))
