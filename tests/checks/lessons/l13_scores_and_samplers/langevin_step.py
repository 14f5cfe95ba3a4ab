"""Right answers to scores.langevin_step in other words."""

import torch


def step_with_a_drift(x, score, step, noise):
    return x + 0.5 * step * score + step**0.5 * noise


def step_by_a_tensor(x, score, step, noise):
    """The move has mean step / 2 times the score and variance step."""
    variance = torch.as_tensor(step, dtype=x.dtype)
    return torch.add(x, torch.lerp(torch.zeros_like(x), score, step / 2)) + torch.sqrt(variance) * noise
