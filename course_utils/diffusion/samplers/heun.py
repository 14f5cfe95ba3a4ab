"""Second-order steps on the probability-flow ODE."""

import torch

from ._walk import Walk, slope, unscaled


@torch.no_grad()
def heun(
    model, schedule, shape, *, num_inference_steps=25, prediction_type="epsilon", x_T=None, generator=None,
    clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """Heun's second-order steps on the probability-flow ODE (Karras et al. 2022, algorithm 1 without churn).

    Calls the model twice a step, and once at the last; watch sees the first of the two guesses. A step from
    noise without any signal is of first order. What else there is: `help(samplers)`.
    """
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x = walk.x_T
    for now, then, _ in walk.steps:
        x0 = walk.guess(x, now)
        d = slope(x, x0, now)
        # not x / signal + (then.s - now.s) d, the same number, which cancels at high noise
        y = x0 + then.s * d
        x = unscaled(y, then)
        if then.t >= 0 and now.signal > 0:
            d_then = slope(x, walk.guess(x, then, watched=False), then)
            x = unscaled(y + (then.s - now.s) * (d_then - d) / 2, then)
    return walk.end(x)
