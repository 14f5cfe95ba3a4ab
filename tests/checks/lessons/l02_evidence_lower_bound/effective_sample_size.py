"""Right answers to elbo.effective_sample_size in other words."""

import torch


def size_by_shares(log_w):
    return 1 / (torch.softmax(log_w, dim=0) ** 2).sum(dim=0)


def size_shifted(log_w):
    w = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return w.sum(0) ** 2 / (w**2).sum(0)


def size_doubled(log_w):
    return torch.exp(2 * log_w.logsumexp(0) - (2 * log_w).logsumexp(0))
