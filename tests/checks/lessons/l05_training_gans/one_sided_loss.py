"""Right answers to gan.one_sided_loss in other words."""

import torch
import torch.nn.functional as F


def one_sided_by_labels(real, fake, label):
    bce = F.binary_cross_entropy_with_logits
    return bce(real, torch.full_like(real, label)) + bce(fake, torch.zeros_like(fake))


def one_sided_by_logit(real, fake, label):
    """The label moves the slope only: softplus(-l) + (1 - label) l."""
    return (F.softplus(-real) + (1 - label) * real).mean() + F.softplus(fake).mean()


def one_sided_by_logsigmoid(real, fake, label):
    log = F.logsigmoid
    return -(label * log(real) + (1 - label) * log(-real)).mean() - log(-fake).mean()
