"""Right answers to diffusion.cosine_levels in other words."""

import math

import torch


def cosine_by_double_angle(steps, s):
    u = torch.arange(steps + 1, dtype=torch.float64) / steps
    level = (1 + torch.cos((u + s) / (1 + s) * math.pi)) / 2
    return level / level[0]


def cosine_by_sine(steps, s):
    t = torch.arange(steps + 1, dtype=torch.float64)
    level = 1 - torch.sin((t / steps + s) / (1 + s) * math.pi / 2) ** 2
    return level / level.max()
