"""What samplers share: the levels they visit, the model's guess of x_0, the ODE's variables, fresh noise."""

import functools
import warnings
from typing import NamedTuple

import torch

from ..._draws import normal
from ..._validate import (
    check_alike,
    check_answer,
    check_callable,
    check_choice,
    check_flag,
    check_generator,
    check_kind,
    check_numbers,
    check_sizes,
    check_tensor,
)
from ..predictions import predictions
from ..schedule import check_schedule, posterior_rates
from ._spacing import checked, timesteps

RUNAWAY = 1000.0  # data are of about unit size


class Level(NamedTuple):
    """A noise level in plain numbers: x_t = signal x_0 + sigma noise, s = sigma / signal; t -1: the data."""

    t: int
    signal: float
    sigma: float
    s: float


class Posterior(NamedTuple):
    """q(x_then | x_now, x_0) in plain numbers: mean of_x0 x_0 + of_x x_now, variance; beta: the step's."""

    of_x0: float
    of_x: float
    variance: float
    beta: float


def slope(x, x0, level):
    """The noise in x, which is dy / ds of the probability-flow ODE (to_d in k-diffusion); all [B, ...].

    The ODE is straight in y = x / signal and s = sigma / signal: where x_0 is the guess, y = x_0 + s slope.
    Source: Song et al. 2021 (DDIM), eq. 14; Karras et al. 2022.
    """
    check_alike("x0", x0, "x", x), _check_level(level)
    return (x - level.signal * x0) / level.sigma


def unscaled(y, level):
    """x = signal y, [B, ...]: back from the variables in which the ODE is straight."""
    check_tensor("y", y), _check_level(level)
    return level.signal * y


class Walk:
    """A sampler's way from noise to data, with all that follows from the schedule alone found once.

    Arguments as in `samplers`; pairs: its timesteps. .x_T: where it starts, [B, ...]. .steps: (now, then,
    posterior) for every step, two Levels and a Posterior.
    """

    def __init__(
        self, model, schedule, shape, num_inference_steps, prediction_type, x_T, generator, clip, watch, pairs
    ):
        check_callable("model", model, "x_t", "t"), check_schedule(schedule)
        check_sizes("shape", shape), check_generator("generator", generator)
        check_clip(clip)
        if watch is not None:
            check_callable("watch", watch, "t", "x_t", "x0")
        check_choice("prediction_type", prediction_type, predictions)
        evenly = pairs is None
        pairs = timesteps(schedule, num_inference_steps) if evenly else checked(pairs, len(schedule))
        self.steps = _steps(schedule, pairs)
        if prediction_type in ("epsilon", "score") and self.steps[0][0].signal == 0:
            raise ValueError(
                f"prediction_type must be 'sample' or 'v_prediction' where the first step has no signal, as "
                f"after zero_terminal_snr(), for {prediction_type!r} says nothing of x_0 there."
            )
        self.x_T = _start(model, shape, x_T, generator)
        self._model, self._to_x0 = model, predictions[prediction_type].to_x0
        self._generator, self._clip, self._watch = generator, clip, watch

    def guess(self, x, level, watched=True):
        """The model's x_0 for x at a Level, [B, ...], clipped where that is asked for, and shown to watch."""
        check_tensor("x", x, "[B, ...]"), _check_level(level), check_flag("watched", watched)
        output = self._model(x, torch.full((len(x),), level.t, device=x.device))
        check_answer("model", output, x.shape)
        x0 = self._to_x0(output, x, level.signal, level.sigma)
        x0 = x0 if self._clip is None else x0.clamp(*self._clip)
        if watched and self._watch is not None:
            self._watch(level.t, x, x0)
        return x0

    def end(self, x):
        """x, [B, ...], with a warning where it ran off and nothing was clipped; on a GPU it goes unread."""
        check_tensor("x", x)
        if self._clip is None and x.device.type == "cpu" and bool((x.abs() > RUNAWAY).any()):
            reach, factor = x.abs().max().item(), 1 / max(self.steps[0][0].signal, 1e-30)
            warnings.warn(
                f"the samples reach {reach:.0e}: where the model predicts the noise, the first step makes "
                f"its errors {factor:.0e} times as large; give clip=(low, high), or let it predict v.",
                stacklevel=4,
            )
        return x

    def noise(self, x):
        """Fresh standard normal noise like x, [B, ...]."""
        check_tensor("x", x)
        return normal(x.shape, x.device, x.dtype, self._generator)


def check_clip(clip):
    """Raise TypeError or ValueError unless clip is None or two numbers (low, high), low below high."""
    if clip is not None:
        low, high = check_numbers("clip", clip, 2)
        if low >= high:
            raise ValueError(f"clip must be (low, high) with low below high; got {clip}.")


def _check_level(level):
    check_kind("level", level, Level, "a samplers.Level")


def place_of(model, generator=None):
    """Where x_T is drawn, and in which dtype: those of the model's first parameter.

    Parameters are looked for in a torch.nn.Module, in the parts of a functools.partial, and in what a
    method is bound to or a function closes over, as those of `guidance` do. Where there are none, as in an
    exact model, it is the generator's device, or the CPU, and float32: give x_T if you want another.
    """
    check_callable("model", model), check_generator("generator", generator)
    weight = _first_parameter(model, set())
    if weight is not None:
        return weight.device, weight.dtype
    return torch.device("cpu") if generator is None else generator.device, torch.float32


def _first_parameter(thing, seen):
    if isinstance(thing, torch.nn.Module):
        return next((weight for weight in thing.parameters() if weight.is_floating_point()), None)
    if not callable(thing) or id(thing) in seen:
        return None
    seen.add(id(thing))
    if isinstance(thing, functools.partial):
        parts = [thing.func, *thing.args, *thing.keywords.values()]
    else:
        cells = getattr(thing, "__closure__", None) or ()
        parts = [getattr(thing, "__self__", None), *(cell.cell_contents for cell in cells)]
    found = (_first_parameter(part, seen) for part in parts)
    return next((weight for weight in found if weight is not None), None)


def _start(model, shape, x_T, generator):
    if x_T is None:
        return normal(tuple(shape), *place_of(model, generator), generator)
    check_tensor("x_T", x_T)
    if tuple(x_T.shape) != tuple(shape):
        raise ValueError(f"x_T must have the shape {list(shape)}; got {list(x_T.shape)}.")
    return x_T


def _steps(schedule, pairs):
    """(now, then, posterior) for each pair of indices; the arithmetic is done in float64 for all at once."""
    levels = torch.cat([torch.ones(1, dtype=torch.float64), schedule.alphas_cumprod])
    after, before = levels[torch.tensor(pairs).T + 1]
    rows = torch.stack([*posterior_rates(after, before), 1 - after / before], dim=1).tolist()
    now, then = _levels(pairs, 0, after), _levels(pairs, 1, before)
    return [(*pair, Posterior(*row)) for *pair, row in zip(now, then, rows, strict=True)]


def _levels(pairs, which, alphas_cumprod):
    signal, sigma = alphas_cumprod.sqrt(), (1 - alphas_cumprod).sqrt()
    rows = torch.stack([signal, sigma, sigma / signal], dim=1).tolist()
    return [Level(pair[which], *row) for pair, row in zip(pairs, rows, strict=True)]
