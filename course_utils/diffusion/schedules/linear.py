"""Betas on a straight line."""

import torch

from ..._validate import check_int, check_number
from ..schedule import NoiseSchedule


def linear(num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02):
    """Betas on a straight line (Ho et al. 2020, section 4).

    The default ends are for 1,000 steps; fewer of them leave signal at the end (50 steps 78 % of its
    amplitude), so that noise is no start for a sampler: multiply both ends by 1000 / num_train_timesteps.
    """
    check_number("beta_start", beta_start, 0, 1, open_minimum=True)
    check_number("beta_end", beta_end, 0, 1, open_minimum=True)
    steps = check_int("num_train_timesteps", num_train_timesteps)
    return NoiseSchedule(torch.linspace(beta_start, beta_end, steps, dtype=torch.float64))
