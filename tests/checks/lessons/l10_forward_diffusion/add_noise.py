"""Right answers to diffusion.add_noise in other words."""

import math

import torch


def jump_by_views(x0, noise, t, betas):
    level = (1 - betas).cumprod(0)[t].view(len(x0), *[1 for _ in x0.shape[1:]])
    return torch.sqrt(level) * x0 + torch.sqrt(1.0 - level) * noise


def jump_by_loop(x0, noise, t, betas):
    rows = []
    for i, step in enumerate(t.tolist()):
        level = float((1 - betas[: step + 1]).prod())
        rows.append(math.sqrt(level) * x0[i] + math.sqrt(1 - level) * noise[i])
    return torch.stack(rows)


def jump_by_einsum(x0, noise, t, betas):
    level = torch.cumprod(1 - betas, 0)[t]
    return torch.einsum("b,b...->b...", level**0.5, x0) + torch.einsum(
        "b,b...->b...", (1 - level) ** 0.5, noise
    )


def jump_from_the_end(x0, noise, t, betas):
    level = torch.cumprod(1 - betas, 0)[t]
    mixed = level.sqrt() * x0.movedim(0, -1) + (1 - level).sqrt() * noise.movedim(0, -1)
    return mixed.movedim(-1, 0)
