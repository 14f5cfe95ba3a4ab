"""Right answers to diffusion.posterior_mean in other words."""

import torch


def mean_by_precisions(x0, x_t, before, after):
    """Two Gaussians multiplied: one from x_0, one from x_t read backwards."""
    alpha = after / before
    of_t = alpha / (1 - alpha)  # the precision that x_t brings
    out = before.sqrt() * x0 + (1 - before) * of_t * x_t / alpha.sqrt()
    return out / (1 + (1 - before) * of_t)


def mean_by_noise(x0, x_t, before, after):
    """x_t less this step's share of the noise, scaled up: Ho et al. 2020, eq. 11."""
    epsilon = (x_t - after.sqrt() * x0) / (1 - after).sqrt()
    alpha = after / before
    return (x_t - (1 - alpha) / torch.sqrt(1 - after) * epsilon) / torch.sqrt(alpha)
