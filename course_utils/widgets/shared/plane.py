"""Mixtures in the plane and noise schedules, as the faces that sample them take, offer and send them."""

import math

import numpy as np

from ...diffusion import NoiseSchedule
from ...exact import GaussianMixture
from .export import encode

EIGHT = GaussianMixture(
    [[2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)] for k in range(8)], 0.15
)  # data.toy("eight_gaussians")
TWO = GaussianMixture([[-1.5, 0.0], [1.5, 0.0]], 0.4, [0.8, 0.2])
# Name: what it is called in the page, and the mixture.
PRESETS = {"eight": ("eight modes", EIGHT), "two": ("two modes, 4 : 1", TWO)}


def check_mixture(mixture):
    """TypeError or ValueError where mixture is not an exact.GaussianMixture in two dimensions."""
    if not isinstance(mixture, GaussianMixture):
        raise TypeError(f"mixture must be an exact.GaussianMixture; got {type(mixture).__name__}.")
    if mixture.dim != 2:
        raise ValueError(f"mixture must have two dimensions; got {mixture.dim}.")


def check_schedule(schedule):
    """Return schedule; TypeError or ValueError where it is no NoiseSchedule that leaves some signal at T."""
    if not isinstance(schedule, NoiseSchedule):
        raise TypeError(f"schedule must be a NoiseSchedule; got {type(schedule).__name__}.")
    if schedule.alphas_cumprod[-1] == 0:
        raise ValueError(
            "schedule must leave some signal at T: epsilon says nothing of x_0 where alpha-bar is 0."
        )
    return schedule


def packed_betas(schedule):
    """The schedule's betas in double precision, as text."""
    return encode(np.ascontiguousarray(schedule.betas.numpy(), dtype="<f8").tobytes())


def listed(mixture):
    """The mixtures to choose from as JSON-able dicts, the student's own (or None) first."""
    own = {} if mixture is None else {"yours": ("your mixture", mixture)}
    return [
        {
            "name": name,
            "label": label,
            "means": each.means.tolist(),
            "stds": each.stds.tolist(),
            "weights": each.weights.tolist(),
        }
        for name, (label, each) in {**own, **PRESETS}.items()
    ]
