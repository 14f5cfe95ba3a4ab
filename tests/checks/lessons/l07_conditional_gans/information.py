"""Right answers to cgan.information in other words."""

import math

import torch
from torch import distributions
from torch.nn import functional as F


def bound_by_distributions(logits, category, mean, log_std, numbers):
    """Q and the prior as objects that know their log-density and entropy."""
    log_q = distributions.Categorical(logits=logits).log_prob(category)
    log_n = distributions.Normal(mean, log_std.exp()).log_prob(numbers)
    h_category = distributions.Categorical(logits=torch.zeros_like(logits[0])).entropy()
    h_number = distributions.Uniform(-1.0, 1.0).entropy()
    return torch.cat([(log_q.mean() + h_category).view(1), log_n.mean(dim=0) + h_number])


def bound_by_losses(logits, category, mean, log_std, numbers):
    """torch's losses with a minus."""
    nll = F.gaussian_nll_loss(mean, numbers, (2 * log_std).exp(), full=True, reduction="none")
    first = -F.nll_loss(logits.log_softmax(1), category) + math.log(logits.size(1))
    return torch.hstack([first, math.log(2) - nll.mean(0)])


def bound_code_by_code(logits, category, mean, log_std, numbers):
    """The log ratio of Q to the prior, image by image in a table, and the table's mean."""
    rows = torch.arange(len(category))
    table = [logits[rows, category] - logits.logsumexp(1) - math.log(1 / logits.shape[1])]
    for m, s, c in zip(mean.T, log_std.T, numbers.T, strict=True):
        variance = torch.exp(s) ** 2
        log_q = -((c - m) ** 2) / (2 * variance) - 0.5 * torch.log(2 * math.pi * variance)
        table.append(log_q - math.log(0.5))
    return torch.stack(table, dim=1).mean(0)
