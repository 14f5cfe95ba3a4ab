"""Right answers to cgan.real_logit in other words."""

import functools

import torch


def logit_by_the_largest(classes):
    """The largest is taken out before exp, and put back after log."""
    largest = classes.max(dim=1, keepdim=True).values.detach()
    return largest + (classes - largest).exp().sum(1, keepdim=True).log()


def logit_from_log_softmax(classes):
    """What log-softmax has subtracted from each logit."""
    return (classes - classes.log_softmax(1))[:, :1]


def logit_from_k_plus_one(classes):
    """log D - log(1 - D), from the log-softmax over all K + 1 classes."""
    of_all = torch.cat([classes, torch.zeros_like(classes[:, :1])], 1).log_softmax(1)
    return of_all[:, :-1].logsumexp(1, keepdim=True) - of_all[:, -1:]


def logit_pair_by_pair(classes):
    """Two classes made one, until one is left."""
    return functools.reduce(torch.logaddexp, classes.unbind(1)).unsqueeze(1)
