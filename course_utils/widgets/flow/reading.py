"""The student's velocity, read off at the points of a grid: the page has no torch to call it with."""

import torch

from ..shared.decoding import evaluating
from ..shared.export import pack_numbers
from .mixtures import half_of

MOST_ROUNDS = 3  # rounds 0, 1 and 2
# Measured on a FlowNet of 64 units trained on the eight Gaussians: with these, half of 200 points end within
# 0.02 of its own 50 Euler steps, as near as those are to 400 steps. A finer grid in space changed nothing.
SIDES = {1: 161, 2: 33}  # points along each axis
TIMES = {1: 41, 2: 25}
ROOM = 1.2  # of the picture's half: a few large steps lead beyond it
CHUNK = 4096  # points in one call


def read_models(model, mixture):
    """[{dim, half, side, times, dtype, data}] of a velocity or of a list of them, one for each round.

    model: callable (x [B, D], t float [B]) -> [B, D], D of the mixture; or a list of up to three. data: the
    values [times, side, (side,) D] at even ticks of t in [0, 1] and of [-half, half] along each axis, the
    first axis last, as float16 in base64. Raises TypeError or ValueError where a model does not do that.
    """
    models = list(model) if isinstance(model, (list, tuple)) else [model]
    if not 1 <= len(models) <= MOST_ROUNDS:
        raise ValueError(
            f"model must be one velocity or a list of 1 to {MOST_ROUNDS}, one a round; got {len(models)}."
        )
    names = [f"model[{k}]" for k in range(len(models))] if isinstance(model, (list, tuple)) else ["model"]
    return [_read(name, each, mixture) for name, each in zip(names, models, strict=True)]


def _read(name, model, mixture):
    if not callable(model):
        raise TypeError(
            f"{name} must be callable, (x [B, D], t [B]) -> velocity; got {type(model).__name__}."
        )
    dim = mixture.dim
    side, times, half = SIDES[dim], TIMES[dim], ROOM * half_of(mixture)
    ticks = torch.linspace(-half, half, side)
    grid = torch.meshgrid(*[ticks] * dim, indexing="ij")
    points = torch.stack(
        [axis.flatten() for axis in reversed(grid)], dim=1
    )  # the first coordinate varies first
    values = [_at(name, model, points, t) for t in torch.linspace(0, 1, times).tolist()]
    data = pack_numbers(torch.stack(values), "float16")
    return {"dim": dim, "half": half, "side": side, "times": times, "dtype": "float16", "data": data}


def _at(name, model, points, t):
    """The model's velocities at all points at one time, [N, D]."""
    found = []
    with evaluating(model) as place:
        for x in points.split(CHUNK):
            try:
                v = model(place(x), place(torch.full((len(x),), t)))
            except Exception as error:
                reason = str(error).strip().split("\n")[0]
                raise ValueError(
                    f"{name} must take x {list(x.shape)} and t [{len(x)}] in [0, 1]; it raised: {reason}"
                ) from None
            if not isinstance(v, torch.Tensor) or v.shape != x.shape:
                got = list(v.shape) if isinstance(v, torch.Tensor) else type(v).__name__
                raise ValueError(
                    f"{name} must return one velocity for each point, {list(x.shape)}; got {got}."
                )
            found.append(v.float().cpu())
    values = torch.cat(found)
    if not bool(values.isfinite().all()) or float(values.abs().max()) > 6e4:
        raise ValueError(
            f"{name} must return finite numbers below 60,000 for t in [0, 1]; at t = {t:g} it does not."
        )
    return values
