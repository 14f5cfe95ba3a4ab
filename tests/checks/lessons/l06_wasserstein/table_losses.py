"""Right answers to wgan.table_losses in other words."""

import torch
from torch.nn import functional as F


def table_by_targets(name, real, fake):
    """Cross-entropy and squared errors from targets, and hinges by clamp and max."""
    one, zero = torch.ones_like, torch.zeros_like
    if name == "non_saturating":
        bce = F.binary_cross_entropy_with_logits
        return bce(real, one(real)) + bce(fake, zero(fake)), bce(fake, one(fake))
    if name == "lsgan":
        mse = F.mse_loss
        return 0.5 * mse(real, one(real)) + 0.5 * mse(fake, zero(fake)), 0.5 * mse(fake, one(fake))
    if name == "hinge":
        margin = torch.clamp(1 - real, min=0).mean() + torch.maximum(1 + fake, zero(fake)).mean()
        return margin, -1 * torch.mean(fake)
    if name == "wgan":
        return -(real.mean() - fake.mean()), -fake.mean()
    raise ValueError(name)


def table_of_functions(name, real, fake):
    """A dictionary of pairs, made of what the critic wants to be large."""
    wishes = {
        "wgan": lambda: (real.mean() - fake.mean(), fake.mean()),
        "hinge": lambda: (
            torch.min(real - 1, torch.zeros_like(real)).mean()
            + torch.min(-fake - 1, torch.zeros_like(fake)).mean(),
            fake.mean(),
        ),
        "lsgan": lambda: (
            -0.5 * (real - 1).pow(2).mean() - 0.5 * fake.pow(2).mean(),
            -0.5 * (fake - 1).pow(2).mean(),
        ),
        "non_saturating": lambda: (
            F.logsigmoid(real).mean() + F.logsigmoid(-fake).mean(),
            F.logsigmoid(fake).mean(),
        ),
    }
    critic, generator = wishes[name]()
    return -critic, -generator
