"""How noise becomes data: a path between the two, its levels, and what follows from them alone."""

import math

import torch

from .._double import double
from .._validate import (
    check_alike,
    check_callable,
    check_choice,
    check_int,
    check_kind,
    check_tensor,
    check_text,
    check_value,
)
from ..diffusion import NoiseSchedule
from ..diffusion.schedule import check_schedule
from .predictions import predictions


class Path:
    """x_t = signal(t) data + sigma(t) noise, from noise at t = 0 to data at t = 1 (Lipman et al. 2023).

    Made by `Path.linear()`, `Path.cosine()` or `Path.of_schedule(schedule)`. For another one give its name;
    levels(t) -> signal, sigma, and the derivatives of both in t; time(angle) -> the t at which
    atan2(sigma, signal) is that angle, which falls from pi / 2. Both take and give float64 tensors.
    """

    def __init__(self, name, levels, time):
        check_text("name", name)
        check_callable("levels", levels, "t"), check_callable("time", time, "angle")
        self.name, self._levels, self._time = name, levels, time

    def __repr__(self):
        return f"Path.{self.name}"

    @classmethod
    def linear(cls):
        """x_t = t data + (1 - t) noise, a straight line (Liu et al. 2023, eq. 1)."""

        def levels(t):
            return t, 1 - t, torch.ones_like(t), -torch.ones_like(t)

        return cls("linear()", levels, lambda angle: angle.cos() / (angle.cos() + angle.sin()))

    @classmethod
    def cosine(cls):
        """x_t = sin(pi t / 2) data + cos(pi t / 2) noise, a quarter of a circle whose variance stays put.

        Source: Albergo & Vanden-Eijnden 2023, the trigonometric interpolant.
        """

        def levels(t):
            signal, sigma = (math.pi / 2 * t).sin(), (math.pi / 2 * t).cos()
            return signal, sigma, math.pi / 2 * sigma, -math.pi / 2 * signal

        return cls("cosine()", levels, lambda angle: 1 - angle / (math.pi / 2))

    @classmethod
    def of_schedule(cls, schedule):
        """The levels of a NoiseSchedule of T steps: its index i stands at t = 1 - (i + 1) / T.

        Between two steps the angle arccos sqrt(alpha-bar) is interpolated, so that the squares of signal and
        sigma add up to 1 everywhere. At t = 0 there is as much signal left as at the schedule's last index.
        """
        check_schedule(schedule)
        steps = len(schedule)
        level = torch.cat([torch.ones(1, dtype=torch.float64), schedule.alphas_cumprod])
        angles = torch.atan2((1 - level).sqrt(), level.sqrt()).flip(0)  # falling, [T + 1]

        def levels(t):
            place = t * steps
            before = place.floor().clamp(0, steps - 1).long()
            low, high = angles.to(t.device)[before], angles.to(t.device)[before + 1]
            angle, slope = low + (place - before) * (high - low), steps * (high - low)
            return angle.cos(), angle.sin(), -slope * angle.sin(), slope * angle.cos()

        def time(angle):
            falling = angles.to(angle.device)
            after = torch.searchsorted(-falling, -angle.contiguous()).clamp(1, steps)
            low, high = falling[after - 1], falling[after]
            return ((after - 1 + (angle - low) / (high - low)) / steps).clamp(0, 1)

        return cls(f"of_schedule({schedule!r})", levels, time)

    def levels(self, t, like):
        """signal, sigma and the derivatives of both at t, each [B, 1, ...] in the dtype of like [B, ...].

        t: float [B] or a number, in [0, 1]. Raises ValueError outside, on a CPU.
        """
        check_tensor("like", like, nonempty=False)
        t = _tensor(check_value("t", t))
        if t.device.type == "cpu" and not bool(((t >= 0) & (t <= 1)).all()):
            low, high = float(t.min()), float(t.max())
            raise ValueError(f"t must lie between 0, noise, and 1, data; got {low:.4g} to {high:.4g}.")
        check_tensor("t", t, f"[{len(like)}]" if t.ndim else None, nonempty=False)
        column = -1, *[1] * (like.ndim - 1)
        return [value.to(like).reshape(column) for value in self._levels(double(t))]

    def rates(self, t, like):
        """signal and sigma at t, each [B, 1, ...]; arguments as `levels`."""
        return self.levels(t, like)[:2]

    def slopes(self, t, like):
        """The derivatives of signal and sigma at t, each [B, 1, ...]; arguments as `levels`."""
        return self.levels(t, like)[2:]

    def interpolate(self, noise, data, t):
        """x_t = signal data + sigma noise, [B, ...]; noise, data: [B, ...], t: float [B] or a number."""
        check_alike("data", data, "noise", noise)
        signal, sigma = self.rates(t, noise)
        return signal * data + sigma * noise

    def velocity(self, noise, data, t):
        """dx_t / dt of the path between this noise and these data, [B, ...]; on the line data - noise."""
        check_alike("data", data, "noise", noise)
        signal, sigma = self.slopes(t, noise)
        return signal * data + sigma * noise

    def convert(self, output, x_t, t, source, target):
        """What a model says of x_t, given as the kind `source`, as the kind `target`: names in `predictions`.

        output, x_t: [B, ...]; t: float [B] or a number. Only the velocity says everything at both ends:
        where signal is 0, epsilon and score say nothing of the data, where sigma is 0 a sample nothing of the
        noise, and the score there is infinite. Raises ValueError for an unknown name.
        """
        check_alike("output", output, "x_t", x_t)
        check_choice("source", source, predictions)
        check_choice("target", target, predictions)
        rates = self.levels(t, x_t)
        return predictions[target].of(*predictions[source].parts(output, x_t, *rates), *rates)

    def time(self, signal, sigma):
        """The t, float64 [B], at which this path has as much noise for its signal: sigma, signal: [B]."""
        check_alike("sigma", sigma, "signal", signal)
        return self._time(torch.atan2(double(_tensor(sigma)), double(_tensor(signal))))

    def schedule(self, num_train_timesteps=1000):
        """A NoiseSchedule with this path's ratio of signal to noise at index i, at t = 1 - (i + 1) / T."""
        steps = check_int("num_train_timesteps", num_train_timesteps)
        signal, sigma, *_ = self._levels(torch.linspace(1, 0, steps + 1, dtype=torch.float64))
        return NoiseSchedule.from_alphas_cumprod(signal**2 / (signal**2 + sigma**2), max_beta=1.0)


def check_path(argument, path):
    """Return path where it is a Path; TypeError where it is not."""
    return check_kind(argument, path, Path, "a flow_matching.Path")


def _tensor(value):
    """A tensor as it is, and a number in float64."""
    return value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.float64)
