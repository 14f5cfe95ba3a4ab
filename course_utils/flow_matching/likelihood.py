"""How likely a flow finds a point: the change of density along the way back to the noise."""

import math

import torch

from .._divergence import draw_probe, with_divergence
from .._validate import MOST_STEPS, check_answer, check_callable, check_generator, check_int, check_tensor


def log_prob(model, x, steps=200, *, probe=None, generator=None):
    """log p_1(x) of the flow's samples in nats, [B, ...] -> [B].

    d log p_t(x_t) / dt = -div v along the flow (Chen et al. 2018, theorem 1), so the answer is the log
    density of the noise x_0 that flows to x, less the integral of the divergence; both by Heun's steps from
    t = 1 back to t = 0. probe: None for the exact divergence, one backward pass for every dimension;
    "gaussian" or "rademacher" for Hutchinson's estimate, one backward pass, with one probe for the whole way
    (Grathwohl et al. 2019). generator: for that probe, or None for torch's global one. Raises ValueError for
    another probe.
    """
    check_callable("model", model, "x", "t"), check_generator("generator", generator)
    check_tensor("x", x, "[B, ...]")
    dt = -1 / check_int("steps", steps, maximum=MOST_STEPS)
    probe = draw_probe(probe, x, generator)
    x, gained = x.detach(), torch.zeros(len(x), device=x.device, dtype=x.dtype)

    def at(t):
        def velocity(x):
            times = torch.full((len(x),), t, device=x.device, dtype=x.dtype)
            return check_answer("model", model(x, times), x.shape)

        return velocity

    for i in range(steps):
        now, then = 1 + i * dt, max(1 + (i + 1) * dt, 0.0)
        v, divergence = with_divergence(at(now), x, probe)
        v_then, divergence_then = with_divergence(at(then), x + dt * v, probe)
        x = x + dt / 2 * (v + v_then)
        gained = gained + dt / 2 * (divergence + divergence_then)
    flat = x.flatten(1)
    return gained - 0.5 * flat.square().sum(1) - flat.shape[1] / 2 * math.log(2 * math.pi)
