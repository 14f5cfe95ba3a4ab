"""Right answers to diffusion.kl_step in other words."""

import torch


def kl_by_means(x0, x0_guess, before, after):
    beta = 1 - after / before
    apart = before.sqrt() * beta / (1 - after) * (x0 - x0_guess)
    variance = (1 - before) / (1 - after) * beta
    return (apart**2 / (2 * variance)).sum(-1)


def kl_by_torch(x0, x0_guess, before, after):
    beta = 1 - after / before
    std = ((1 - before) / (1 - after) * beta).sqrt().expand(x0.shape)
    weight = before.sqrt() * beta / (1 - after)
    one, other = (
        torch.distributions.Normal(weight * x0, std),
        torch.distributions.Normal(weight * x0_guess, std),
    )
    return torch.distributions.kl_divergence(one, other).sum(dim=1)
