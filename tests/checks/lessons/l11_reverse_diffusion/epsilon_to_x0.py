"""Right answers to diffusion.epsilon_to_x0 in other words."""

import torch


def x0_in_two_fractions(x_t, epsilon, level):
    return x_t / level**0.5 - torch.sqrt(1 / level - 1) * epsilon


def x0_by_tweedie(x_t, epsilon, level):
    score = -epsilon / torch.sqrt(1 - level)
    return (x_t + (1 - level) * score) / torch.sqrt(level)
