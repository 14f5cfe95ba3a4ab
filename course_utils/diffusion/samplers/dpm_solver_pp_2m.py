"""Second-order steps at one call each: the last guess of x_0 is used twice."""

import math

import torch

from ._walk import Walk


@torch.no_grad()
def dpm_solver_pp_2m(
    model, schedule, shape, *, num_inference_steps=25, prediction_type="epsilon", x_T=None, generator=None,
    clip=None, watch=None, timesteps=None,
):  # fmt: skip
    """DPM-Solver++(2M): the guess of x_0 extrapolated from the last two (Lu et al. 2022, algorithm 2).

    The first step and one that ends at the data are of first order. What else there is: `help(samplers)`.
    """
    walk = Walk(
        model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, timesteps
    )
    x, last, h_last = walk.x_T, None, math.inf
    for now, then, _ in walk.steps:
        x0 = walk.guess(x, now)
        shrunk = then.s / now.s  # exp(-h), where h is the step in log(signal / sigma)
        h = -math.log(shrunk) if shrunk > 0 else math.inf
        # 1 / (2 r), where r is the last step over this one; 0 is a step of first order
        weight = h / (2 * h_last) if h < math.inf and h_last < math.inf else 0.0
        guess = x0 if weight == 0 else (1 + weight) * x0 - weight * last
        x = then.sigma / now.sigma * x + then.signal * (1 - shrunk) * guess
        last, h_last = x0, h
    return walk.end(x)
