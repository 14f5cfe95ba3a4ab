"""Right answers to scores.ddim_step in other words."""

import math

import torch.nn.functional as F


def step_by_ratios(x_t, x0, t, prev, alphas_cumprod):
    """The noise is never made: a share of x_t stays, and x_0 fills up."""
    levels = F.pad(alphas_cumprod, (1, 0), value=1.0)
    now, then = float(levels[t + 1]), float(levels[prev + 1])
    keep = math.sqrt((1 - then) / (1 - now))
    return keep * x_t + (math.sqrt(then) - keep * math.sqrt(now)) * x0


def step_by_euler(x_t, x0, t, prev, alphas_cumprod):
    """A step of Euler in x / signal and sigma / signal."""
    now = alphas_cumprod[t]
    if prev == -1:
        return x0.clone()
    then = alphas_cumprod[prev]
    s, s_then = (((1 - level) / level).sqrt() for level in (now, then))
    y = x_t / now.sqrt()
    return (y + (s_then - s) * (y - x0) / s) * then.sqrt()
