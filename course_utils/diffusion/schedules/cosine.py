"""alpha-bar falls as a squared cosine."""

import math

from ..._validate import check_number
from ..schedule import NoiseSchedule, unit_steps


def cosine(num_train_timesteps=1000, s=0.008, max_beta=0.999):
    """alpha-bar falls as a squared cosine (Nichol & Dhariwal 2021, eq. 17); s = 0: without the offset.

    At its end hardly any signal is left, so that an error of epsilon counts 1e4 times in the guess of x_0:
    clip it, or let the network predict v (Salimans & Ho 2022).
    """
    check_number("s", s, 0)
    u = unit_steps(num_train_timesteps)
    return NoiseSchedule.from_alphas_cumprod(((u + s) / (1 + s) * math.pi / 2).cos() ** 2, max_beta)
