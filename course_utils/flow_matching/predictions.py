"""What a model may say of x_t; each names the same guess of data and noise, and one gives the others.

On any path x_t = signal data + sigma noise, with derivatives signal' and sigma' in t. A new kind is one more
entry of `predictions`. Those of `diffusion.predictions` are four of these, where signal^2 + sigma^2 = 1.
"""

from collections.abc import Callable
from typing import NamedTuple


class Prediction(NamedTuple):
    """What an answer stands for; all [B, ...], alike; the rates signal, sigma, signal', sigma': [B, 1, ...].

    of(data, noise, *rates) -> the answer. parts(output, x_t, *rates) -> the data and the noise behind it.
    """

    of: Callable
    parts: Callable


def _parts_of_velocity(v, x_t, signal, sigma, signal_slope, sigma_slope):
    """Two equations, one for x_t and one for v, solved for data and noise; on the line the divisor is 1."""
    divisor = signal_slope * sigma - signal * sigma_slope  # above 0 wherever the noise gets less
    return (sigma * v - sigma_slope * x_t) / divisor, (signal_slope * x_t - signal * v) / divisor


def _parts_of_epsilon(noise, x_t, signal, sigma):
    return (x_t - sigma * noise) / signal, noise


def _parts_of_v_prediction(v, x_t, signal, sigma):
    length = signal**2 + sigma**2  # 1 in diffusion
    return (signal * x_t - sigma * v) / length, (sigma * x_t + signal * v) / length


predictions = {
    # dx_t / dt, which carries noise to data (Lipman et al. 2023)
    "velocity": Prediction(
        of=lambda data, noise, signal, sigma, signal_slope, sigma_slope: (
            signal_slope * data + sigma_slope * noise
        ),
        parts=_parts_of_velocity,
    ),
    # the noise (Ho et al. 2020)
    "epsilon": Prediction(
        of=lambda data, noise, *rates: noise,
        parts=lambda output, x_t, signal, sigma, *slopes: _parts_of_epsilon(output, x_t, signal, sigma),
    ),
    # the data
    "sample": Prediction(
        of=lambda data, noise, *rates: data,
        parts=lambda output, x_t, signal, sigma, *slopes: (output, (x_t - signal * output) / sigma),
    ),
    # the velocity along the circle of Salimans & Ho 2022, from data to noise
    "v_prediction": Prediction(
        of=lambda data, noise, signal, sigma, *slopes: signal * noise - sigma * data,
        parts=lambda output, x_t, signal, sigma, *slopes: _parts_of_v_prediction(output, x_t, signal, sigma),
    ),
    # grad log p_t(x_t), by Tweedie's formula (Song et al. 2021)
    "score": Prediction(
        of=lambda data, noise, signal, sigma, *slopes: -noise / sigma,
        parts=lambda output, x_t, signal, sigma, *slopes: _parts_of_epsilon(
            -sigma * output, x_t, signal, sigma
        ),
    ),
}
