"""First-order steps that go further down than they should, and come back up by fresh noise."""

import torch

from ..._validate import check_number
from ._walk import Walk, slope, unscaled


@torch.no_grad()
def euler_ancestral(
    model, schedule, shape, *, num_inference_steps=50, eta=1.0, prediction_type="epsilon", x_T=None,
    generator=None, clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """Euler's steps with fresh noise, in y = x / signal (Crowson 2022, k-diffusion).

    eta: 1 adds as much noise as ancestral sampling does, 0 is `euler`. At 1 it is `ddim` with eta 1, and
    `ddpm` with the small variance. What else there is: `help(samplers)`.
    """
    eta = check_number("eta", eta, 0, 1)
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x = walk.x_T
    for now, then, _ in walk.steps:
        x0 = walk.guess(x, now)
        up = eta * then.s * max(1 - (then.s / now.s) ** 2, 0) ** 0.5
        down = (then.s**2 - up**2) ** 0.5
        y = x0 + down * slope(x, x0, now)
        x = unscaled(y + up * walk.noise(x) if eta > 0 and then.t >= 0 else y, then)
    return walk.end(x)
