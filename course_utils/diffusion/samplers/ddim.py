"""Steps that keep the marginals, with or without fresh noise."""

import torch

from ..._validate import check_number
from ._walk import Walk, slope


@torch.no_grad()
def ddim(
    model, schedule, shape, *, num_inference_steps=50, eta=0.0, prediction_type="epsilon", x_T=None,
    generator=None, clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """Steps that keep the marginals with any share of fresh noise (Song et al. 2021, eqs. 12 and 16).

    eta: 0 is deterministic, 1 adds as much noise as `ddpm`. What else there is: `help(samplers)`.
    """
    check_number("eta", eta, 0, 1)
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x = walk.x_T
    for now, then, posterior in walk.steps:
        x0 = walk.guess(x, now)
        fresh = eta**2 * posterior.variance
        x = then.signal * x0 + max(then.sigma**2 - fresh, 0) ** 0.5 * slope(x, x0, now)
        if eta > 0 and then.t >= 0:
            x = x + fresh**0.5 * walk.noise(x)
    return walk.end(x)
