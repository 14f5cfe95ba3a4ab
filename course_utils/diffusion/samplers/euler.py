"""First-order steps on the probability-flow ODE."""

import torch

from ._walk import Walk


@torch.no_grad()
def euler(
    model, schedule, shape, *, num_inference_steps=50, prediction_type="epsilon", x_T=None, generator=None,
    clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """Euler's steps on the probability-flow ODE, in y = x / signal (Karras et al. 2022; Song et al. 2021).

    The same steps as `ddim` with eta 0 and as DPM-Solver-1. What else there is: `help(samplers)`.
    """
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x = walk.x_T
    for now, then, _ in walk.steps:
        x0 = walk.guess(x, now)
        # y + (then.s - now.s) slope in y = x / signal, sorted by x and x_0: two products instead of five
        kept = then.sigma / now.sigma
        x = kept * x + (then.signal - kept * now.signal) * x0
    return walk.end(x)
