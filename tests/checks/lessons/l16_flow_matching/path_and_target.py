"""Right answers to flow.path_and_target in other words."""

import torch


def path_by_lerp(noise, data, t):
    return torch.lerp(noise, data, t.expand_as(noise)), data - noise


def path_as_a_walk(noise, data, t):
    """Start at the noise and go a share t of the way."""
    way = data - noise
    x_t = noise + t * way
    return [x_t, way]
