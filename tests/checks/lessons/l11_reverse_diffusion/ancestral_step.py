"""Right answers to diffusion.ancestral_step in other words."""

import torch
import torch.nn.functional as F


def step_by_x0(x_t, epsilon, noise, t, alphas_cumprod):
    """By way of the guess of x_0 and the posterior's mean."""
    levels = F.pad(alphas_cumprod, (1, 0), value=1.0)
    after, before = levels[t + 1], levels[t]
    beta = 1 - after / before
    x0 = (x_t - torch.sqrt(1 - after) * epsilon) / torch.sqrt(after)
    mean = (before.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - before) * x_t) / (1 - after)
    return mean + (t > 0) * beta.sqrt() * noise


def step_by_betas(x_t, epsilon, noise, t, alphas_cumprod):
    alphas = torch.cat([alphas_cumprod[:1], alphas_cumprod[1:] / alphas_cumprod[:-1]])
    betas = 1 - alphas
    z = noise if t > 0 else torch.zeros_like(noise)
    mean = x_t - betas[t] / torch.sqrt(1 - alphas_cumprod[t]) * epsilon
    return mean / torch.sqrt(alphas[t]) + torch.sqrt(betas[t]) * z
