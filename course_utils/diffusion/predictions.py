"""What a network may be asked to predict; each answers the same question, and one gives the others.

With signal = sqrt(alpha-bar_t) and sigma = sqrt(1 - alpha-bar_t), x_t = signal x_0 + sigma noise. A new kind
of prediction is one more entry of `predictions`.
"""

from collections.abc import Callable
from typing import NamedTuple


class Prediction(NamedTuple):
    """What a network learns, and how its output is read; x0, noise, x_t, output: [B, ...], alike.

    target(x0, noise, signal, sigma) -> what the network is to give. to_x0(output, x_t, signal, sigma) -> the
    clean x_0 that an output stands for. signal, sigma: [B, 1, ...].
    """

    target: Callable
    to_x0: Callable


predictions = {
    # the noise (Ho et al. 2020, eqs. 9 and 14)
    "epsilon": Prediction(
        target=lambda x0, noise, signal, sigma: noise,
        to_x0=lambda output, x_t, signal, sigma: (x_t - sigma * output) / signal,
    ),
    # the clean x_0
    "sample": Prediction(
        target=lambda x0, noise, signal, sigma: x0,
        to_x0=lambda output, x_t, signal, sigma: output,
    ),
    # the velocity (Salimans & Ho 2022, section 4 and appendix D)
    "v_prediction": Prediction(
        target=lambda x0, noise, signal, sigma: signal * noise - sigma * x0,
        to_x0=lambda output, x_t, signal, sigma: signal * x_t - sigma * output,
    ),
    # the score, grad log p(x_t) (Song et al. 2021, section 3; Tweedie's formula)
    "score": Prediction(
        target=lambda x0, noise, signal, sigma: -noise / sigma,
        to_x0=lambda output, x_t, signal, sigma: (x_t + sigma**2 * output) / signal,
    ),
}
