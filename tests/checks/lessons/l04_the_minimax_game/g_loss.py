"""Right answers to gan.g_loss in other words."""

import torch
import torch.nn.functional as F


def non_saturating_by_logsigmoid(fake):
    return -F.logsigmoid(fake).mean()


def non_saturating_by_cross_entropy(fake):
    return F.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def non_saturating_shifted(fake):
    """softplus(-l) = softplus(l) - l."""
    return (F.softplus(fake) - fake).mean()
