"""Right answers to diffusion.one_step in other words."""

import math

import torch


def step_by_torch_normal(x, noise, beta):
    scale = torch.tensor(1 - beta).sqrt()
    return torch.addcmul(scale * x, torch.tensor(beta).sqrt().expand_as(noise), noise)


def step_by_alpha(x, noise, beta):
    alpha = 1 - beta
    return alpha**0.5 * x + (1 - alpha) ** 0.5 * noise


def step_by_angle(x, noise, beta):
    angle = math.asin(math.sqrt(beta))
    return math.cos(angle) * x + math.sin(angle) * noise
