"""Right answers to scores.tweedie in other words."""

import torch


def tweedie_by_the_noise(x_t, score, signal, sigma):
    epsilon = -sigma * score
    return (x_t - sigma * epsilon) / signal


def tweedie_part_by_part(x_t, score, signal, sigma):
    return torch.addcmul(x_t / signal, sigma.square() / signal, score)
