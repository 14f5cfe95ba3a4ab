"""The student's flow as the widget calls it: step by step, both ways, checked, without gradients."""

import itertools
from typing import NamedTuple

import torch
from torch import nn

from ...flows import StandardNormal
from ..shared.decoding import evaluating

MOST = 16  # steps on show; of more, neighbours are taken together


class Way(NamedTuple):
    """Points on their way: stages [K + 1, N, 2] from x to z, and the steps' log_dets [K, N]."""

    stages: object
    log_dets: object


class Steps:
    """A flow of the plane, in and out in float64: `names` of its steps, at most 16, some of several in one.

    flow: anything with `.steps`, each with forward -> (z [B, 2], log_det [B]) and `.inverse`, and
    `.base.log_prob`. Raises TypeError where something of that is missing; what calls it ValueError where a
    shape is wrong or a number not finite.
    """

    def __init__(self, flow):
        steps = list(getattr(flow, "steps", None) or ())
        if not steps:
            raise TypeError(f"flow must have steps, as a flows.Flow does; got {type(flow).__name__}.")
        self._base = getattr(flow, "base", None)
        if not callable(getattr(self._base, "log_prob", None)):
            raise TypeError(f"flow must have a base with log_prob; got {type(self._base).__name__}.")
        for number, step in enumerate(steps):
            if not callable(step) or not callable(getattr(step, "inverse", None)):
                raise TypeError(f"{_name(number, step)} must be callable and have an inverse.")
        count = min(len(steps), MOST)
        ends = [k * len(steps) // count for k in range(count + 1)]
        numbered = list(enumerate(steps))
        self._groups = [numbered[a:b] for a, b in itertools.pairwise(ends)]
        self.names = [" + ".join(type(step).__name__ for _, step in group) for group in self._groups]
        self.is_normal = isinstance(self._base, StandardNormal)
        inside = [part for part in (*steps, self._base) if isinstance(part, nn.Module)]
        self._module = flow if isinstance(flow, nn.Module) else nn.ModuleList(inside)

    def step(self, k, x):
        """Points [N, 2] through the k-th step: z [N, 2] and its log_det [N]."""
        with evaluating(self._module) as place:
            return tuple(map(_double, _through(self._groups[k], place(x.float()))))

    def step_back(self, k, z):
        """Points [N, 2] through the k-th step's inverse."""
        with evaluating(self._module) as place:
            return _double(_back(self._groups[k], place(z.float())))

    def log_base(self, z):
        """log p(z) [N] of points [N, 2]."""
        with evaluating(self._module) as place:
            found = self._base.log_prob(place(z.float()))
        return _double(_check("log_prob of flow's base", found, z.shape[:1]))

    def forward(self, x):
        """The Way of points x [N, 2]."""
        with evaluating(self._module) as place:
            stages, log_dets = [place(x.float())], []
            for group in self._groups:
                z, log_det = _through(group, stages[-1])
                stages.append(z)
                log_dets.append(log_det)
        return Way(*map(_double, map(torch.stack, (stages, log_dets))))

    def backward(self, z):
        """The Way of points z [N, 2], found from its end by the inverses."""
        with evaluating(self._module) as place:
            stages = [place(z.float())]
            for group in reversed(self._groups):
                stages.insert(0, _back(group, stages[0]))
            log_dets = [_through(group, x)[1] for group, x in zip(self._groups, stages, strict=False)]
        return Way(*map(_double, map(torch.stack, (stages, log_dets))))

    def round_trip(self, x):
        """|inverse(forward(x)) - x| [N], all steps in the flow's own precision; and that precision's name."""
        with evaluating(self._module) as place:
            start = z = place(x.float())
            for group in self._groups:
                z = _through(group, z)[0]
            for group in reversed(self._groups):
                z = _back(group, z)
        return _double((z - start).norm(dim=1)), str(start.dtype).removeprefix("torch.")

    def draw(self, n, generator):
        """The Way of n samples of the flow: the base's, or N(0, I)'s if that draws none, sent back."""
        sample = getattr(self._base, "sample", None)
        return self.backward(sample(n, generator) if sample else torch.randn(n, 2, generator=generator))


def _through(group, x):
    total = 0
    for number, step in group:
        name = _name(number, step)
        pair = _call(name, step, x)
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ValueError(f"{name} must return z and log_det; got {type(pair).__name__}.")
        x, log_det = (
            _check(f"z of {name}", pair[0], x.shape),
            _check(f"log_det of {name}", pair[1], x.shape[:1]),
        )
        total = total + log_det
    return x, total


def _back(group, z):
    for number, step in reversed(group):
        name = f"the inverse of {_name(number, step)}"
        z = _check(name, _call(name, step.inverse, z), z.shape)
    return z


def _name(number, step):
    return f"step {number + 1} of flow, {type(step).__name__},"


def _call(name, f, x):
    try:
        return f(x.clone())  # a step may change what it is given
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(
            f"{name} must take points of the plane, {list(x.shape)}; it raised: {reason}"
        ) from None


def _check(name, value, shape):
    if not isinstance(value, torch.Tensor) or value.shape != shape:
        got = list(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
        raise ValueError(f"{name} must have shape {list(shape)}; got {got}.")
    if not bool(value.isfinite().all()):
        raise ValueError(f"{name} must be finite; got NaN or infinity.")
    return value


def _double(tensor):
    return tensor.detach().cpu().double()
