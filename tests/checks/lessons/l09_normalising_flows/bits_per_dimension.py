"""Right answers to nf.bits_per_dimension in other words."""

import math

import numpy as np
import torch


def bits_by_log2(log_prob, dim, levels):
    return math.log2(levels) - log_prob / dim / math.log(2)


def bits_by_masses(log_prob, dim, levels):
    """The probability of the cell of width 1 / levels round x, and its bits."""
    log_mass = log_prob + dim * math.log(1 / levels)
    return -log_mass / dim * math.log2(math.e)


def bits_by_loops(log_prob, dim, levels):
    bits = torch.empty_like(log_prob)
    for i, one in enumerate(log_prob):
        bits[i] = (sum(math.log(levels) for _ in range(dim)) - one) / (dim * math.log(2))
    return bits


def bits_by_tensors(log_prob, dim, levels):
    two, steps = log_prob.new_tensor([2.0, levels]).log()
    return (steps - log_prob.div(dim)) / two


def bits_numpy(log_prob, dim, levels):
    return np.log2(levels) - log_prob.numpy() / (dim * np.log(2))


def bits_list(log_prob, dim, levels):
    return [math.log(levels, 2) - one / (dim * math.log(2)) for one in log_prob.tolist()]


OTHER_TYPE = [bits_numpy, bits_list]
