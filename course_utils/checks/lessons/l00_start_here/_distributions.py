"""Pairs of discrete distributions, the inputs of the two divergences."""

import torch


def outcomes(size, zero_in_p=(), zero_in_q=()):
    """A maker of two random distributions over so many outcomes, with zeros where asked."""

    def make(rng):
        p, q = torch.softmax(torch.randn(2, size, generator=rng), dim=1)
        p[list(zero_in_p)] = 0
        q[list(zero_in_q)] = 0
        return p / p.sum(), q / q.sum()

    return make


def certain_outcome(in_p, in_q):
    """A maker of two distributions over three outcomes, of which one is certain in p, in q or in both."""
    certain = torch.tensor([0.0, 1.0, 0.0])

    def make(rng):
        p, q = torch.softmax(torch.randn(2, 3, generator=rng), dim=1)
        return certain.clone() if in_p else p, certain.clone() if in_q else q

    return make


def equal_outcomes(rng):
    """One distribution over four outcomes, twice."""
    p = torch.softmax(torch.randn(4, generator=rng), dim=0)
    return p, p.clone()
