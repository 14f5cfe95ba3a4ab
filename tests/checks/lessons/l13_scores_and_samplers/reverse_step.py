"""Right answers to scores.reverse_step in other words."""

import torch


def step_with_time_running_back(x, drift, g, score, dt, noise):
    """The usual Euler-Maruyama step, with a negative dt."""
    back = drift - g * g * score
    du = -dt
    return x + back * du + g * abs(du) ** 0.5 * noise


def step_by_variance(x, drift, g, score, dt, noise):
    """The variance added in the step scales the score, its root the noise."""
    variance = torch.tensor(g, dtype=x.dtype) ** 2 * dt
    return x - drift * dt + variance * score + torch.sqrt(variance) * noise
