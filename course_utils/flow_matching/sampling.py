"""From noise to data along a velocity, by the plainest solvers of differential equations."""

import itertools

import torch

from .._draws import normal
from .._validate import (
    MOST_STEPS,
    check_answer,
    check_callable,
    check_choice,
    check_generator,
    check_int,
    check_number,
    check_sizes,
    check_tensor,
    check_value,
)
from ..diffusion.samplers import place_of


def euler(velocity, x, t, dt):
    """x at t + dt by one call: first order."""
    check_callable("velocity", velocity, "x", "t"), check_tensor("x", x)
    _check_times(t, dt)
    return x + dt * check_answer("velocity", velocity(x, t), x.shape)


def midpoint(velocity, x, t, dt):
    """x at t + dt by the velocity half-way there, two calls: second order."""
    check_callable("velocity", velocity, "x", "t"), check_tensor("x", x)
    _check_times(t, dt)
    half = x + dt / 2 * check_answer("velocity", velocity(x, t), x.shape)
    return x + dt * velocity(half, t + dt / 2)


def heun(velocity, x, t, dt):
    """x at t + dt by the mean of the velocities at both ends, two calls: second order."""
    check_callable("velocity", velocity, "x", "t"), check_tensor("x", x)
    _check_times(t, dt)
    v = check_answer("velocity", velocity(x, t), x.shape)
    return x + dt / 2 * (v + velocity(x + dt * v, t + dt))


def _check_times(t, dt):
    check_value("t", t), check_value("dt", dt)


methods = {"euler": euler, "midpoint": midpoint, "heun": heun}


@torch.no_grad()
def sample(
    model, shape, *, steps=50, method="euler", x=None, generator=None, start=0.0, end=1.0, watch=None
):  # fmt: skip
    """Follow dx / dt = model(x, t) from t = start to t = end in equal steps; returns x at the end, [B, ...].

    model: callable (x [B, ...], t float [B]) -> velocity [B, ...]. shape: of the batch, (B, ...). method: a
    name in `methods`; "euler" calls the model once a step, the others twice. x: where to start, [B, ...], or
    None for standard normal noise, drawn where the model's weights are and in their dtype. generator: a
    torch.Generator for that noise, or None for torch's global one. start above end goes from data back to
    noise. watch: called as watch(t, x) with a float t, before the first step and after every one.
    Raises ValueError for an unknown method, times outside [0, 1], or a start other than 0 without an x.
    """
    check_callable("model", model, "x", "t")
    check_sizes("shape", shape)
    check_generator("generator", generator)
    if watch is not None:
        check_callable("watch", watch, "t", "x")
    step = methods[check_choice("method", method, methods)]
    start, end = check_number("start", start, 0, 1), check_number("end", end, 0, 1)
    steps = check_int("steps", steps, maximum=MOST_STEPS)
    x = _first(model, shape, x, generator, start)

    def velocity(x, t):
        times = torch.full((len(x),), t, device=x.device, dtype=x.dtype)
        return check_answer("model", model(x, times), x.shape)

    times = [start + (end - start) * i / steps for i in range(steps)] + [end]
    if watch is not None:
        watch(start, x)
    for now, then in itertools.pairwise(times):
        x = step(velocity, x, now, then - now)
        if watch is not None:
            watch(then, x)
    return x


def _first(model, shape, x, generator, start):
    if x is not None:
        check_tensor("x", x)
        if tuple(x.shape) != tuple(shape):
            raise ValueError(f"x must have the shape {list(shape)}; got {list(x.shape)}.")
        return x
    if start != 0:
        raise ValueError(f"x must be given where the walk does not begin with noise, at t = {start:g}.")
    return normal(tuple(shape), *place_of(model, generator), generator)
