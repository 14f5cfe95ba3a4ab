"""Ancestral sampling."""

import torch

from ..._validate import check_choice
from ._walk import Walk


@torch.no_grad()
def ddpm(
    model, schedule, shape, *, num_inference_steps=None, prediction_type="epsilon",
    variance_type="fixed_small", x_T=None, generator=None, clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """Ancestral sampling: draws from q(x_prev | x_t, x_0) at the model's x_0 (Ho et al. 2020, algorithm 2).

    num_inference_steps: all T by default. variance_type: "fixed_small", the posterior's beta-tilde, or
    "fixed_large", beta. The last step adds no noise. What else there is: `help(samplers)`.
    """
    check_choice("variance_type", variance_type, ["fixed_small", "fixed_large"])
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x = walk.x_T
    for now, then, posterior in walk.steps:
        variance = posterior.variance if variance_type == "fixed_small" else posterior.beta
        x = posterior.of_x0 * walk.guess(x, now) + posterior.of_x * x
        if then.t >= 0:
            x = x + variance**0.5 * walk.noise(x)
    return walk.end(x)
