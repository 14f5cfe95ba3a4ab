"""Right answers to guidance.combine in other words."""

import torch


def combine_by_lerp(uncond, cond, scale):
    return torch.lerp(uncond, cond, scale)


def combine_by_weights(uncond, cond, scale):
    return scale * cond + (1 - scale) * uncond


def combine_from_cond(uncond, cond, scale):
    """The papers' form, with w = s - 1."""
    w = scale - 1
    return (1 + w) * cond - w * uncond
