"""alpha-bar falls as a sigmoid."""

import torch

from ..._validate import check_number
from ..schedule import NoiseSchedule, unit_steps


def sigmoid(num_train_timesteps=1000, start=-3.0, end=3.0, tau=1.0, max_beta=0.999):
    """alpha-bar falls as a sigmoid (Jabri et al. 2022, algorithm 2)."""
    check_number("start", start), check_number("end", end, start, open_minimum=True)
    check_number("tau", tau, 0, open_minimum=True)
    u = unit_steps(num_train_timesteps)
    level = torch.sigmoid(-(start + (end - start) * u) / tau)
    return NoiseSchedule.from_alphas_cumprod(level - level[-1], max_beta)
