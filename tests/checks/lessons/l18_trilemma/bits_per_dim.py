"""Right answers to trilemma.bits_per_dim in other words."""

import math

import numpy as np


def bits_by_log2(log_prob_nats, dims, scale):
    return math.log2(scale) - (log_prob_nats / dims / math.log(2)).mean()


def bits_by_masses(log_prob_nats, dims, scale):
    """The probability of the cell of width 1 / scale round x, and its bits."""
    log_mass = log_prob_nats - dims * math.log(scale)
    return -(log_mass * math.log2(math.e)).sum() / (len(log_mass) * dims)


def bits_by_loop(log_prob_nats, dims, scale):
    total = 0.0
    for one in log_prob_nats:
        total = total + (dims * math.log(scale) - one) / (dims * math.log(2))
    return total / len(log_prob_nats)


def bits_numpy(log_prob_nats, dims, scale):
    return np.log2(scale) - log_prob_nats.numpy().astype(float).mean() / dims / np.log(2)


OTHER_TYPE = [bits_numpy]
