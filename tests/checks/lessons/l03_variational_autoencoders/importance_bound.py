"""Right answers to vae.importance_bound in other words."""

import math

import torch


def bound_by_hand(log_px_given_z, log_prior, log_q):
    log_w = log_px_given_z + log_prior - log_q
    top = log_w.max(dim=0).values
    return top + (log_w - top).exp().mean(0).log()


def bound_inside(log_px_given_z, log_prior, log_q):
    k = log_q.shape[0]
    return ((log_prior - log_q) + log_px_given_z - math.log(k)).logsumexp(0)


def bound_by_pairs(log_px_given_z, log_prior, log_q):
    total = torch.full_like(log_q[0], -torch.inf)
    for likelihood, prior, q in zip(log_px_given_z, log_prior, log_q, strict=True):
        total = torch.logaddexp(total, likelihood + prior - q)
    return total - torch.log(torch.tensor(len(log_q), dtype=log_q.dtype))


def bound_by_softmax(log_px_given_z, log_prior, log_q):
    """log_softmax is the log weight minus the log of their sum."""
    log_w = log_px_given_z + log_prior - log_q
    return (log_w - log_w.log_softmax(dim=0))[0] - math.log(len(log_w))
