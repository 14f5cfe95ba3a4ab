"""Betas on a straight line."""

import torch

from ..._validate import check_int
from ..schedule import NoiseSchedule


def linear(num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02):
    """Betas on a straight line (Ho et al. 2020, section 4)."""
    steps = check_int("num_train_timesteps", num_train_timesteps)
    return NoiseSchedule(torch.linspace(beta_start, beta_end, steps, dtype=torch.float64))
