"""Right answers to gan.feature_matching in other words."""

import torch
import torch.nn.functional as F


def matching_by_dot(real, fake):
    gap = fake.mean(0) - real.mean(0).detach()
    return gap @ gap


def matching_by_mse(real, fake):
    return F.mse_loss(fake.mean(0), real.detach().mean(0), reduction="sum")


def matching_no_grad(real, fake):
    with torch.no_grad():
        goal = real.sum(0) / len(real)
    return ((fake.sum(0) / len(fake) - goal) ** 2).sum()
