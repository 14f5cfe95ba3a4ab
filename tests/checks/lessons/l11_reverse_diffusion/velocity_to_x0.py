"""Right answers to diffusion.velocity_to_x0 in other words."""

import torch


def x0_by_angle(x_t, v, level):
    angle = torch.arccos(level.sqrt())
    return torch.cos(angle) * x_t - torch.sin(angle) * v


def x0_by_elimination(x_t, v, level):
    epsilon = torch.sqrt(1 - level) * x_t + level.sqrt() * v
    return (x_t - torch.sqrt(1 - level) * epsilon) / level.sqrt()
