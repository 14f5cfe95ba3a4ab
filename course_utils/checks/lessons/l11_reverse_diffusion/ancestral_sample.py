"""diffusion.ancestral_sample: the whole way from noise to data."""

import copy
import math

import torch
from torch import nn

from course_utils.checks.engine.registry import Mistake, exercise

from .ancestral_step import MISTAKES, ancestral_step


def ancestral_sample(model, shape, alphas_cumprod, generator):
    """Algorithm 2 with sigma_t^2 = beta_t: model(x_t [B, D], t [B]) -> noise, levels [T] -> [B, D]."""
    x_t = torch.randn(shape, generator=generator)
    for t in reversed(range(len(alphas_cumprod))):
        epsilon = model(x_t, torch.full((len(x_t),), t))
        noise = torch.randn(shape, generator=generator)
        x_t = ancestral_step(x_t, epsilon, noise, t, alphas_cumprod)
    return x_t


class _Linear(nn.Module):
    """A model that says slope[t] x_t + shift[t], so that the moments of the samples are known."""

    def __init__(self, slope, shift):
        super().__init__()
        self.slope = nn.Parameter(torch.as_tensor(slope).float(), requires_grad=False)
        self.shift = nn.Parameter(torch.as_tensor(shift).float(), requires_grad=False)

    def forward(self, x_t, t):
        if t.shape != (len(x_t),):  # an embedding of t would give another shape here
            raise ValueError(f"the model wants t with shape [B] = [{len(x_t)}]; got {list(t.shape)}")
        if x_t.dtype != torch.float32:  # a network of layers would stop here too
            raise TypeError(f"x_t is {x_t.dtype} and the weights are torch.float32")
        return self.slope[t][:, None] * x_t + self.shift[t][:, None]


def _knowing(levels, mean, std):
    """The exact denoiser of data N(mean, std^2)."""
    slope = (1 - levels).sqrt() / (levels * std**2 + 1 - levels)
    return _Linear(slope, -slope * levels.sqrt() * mean)


_FIVE = torch.tensor([0.9, 0.72, 0.4, 0.25, 0.1])
_ENDS = torch.tensor([0.9999, 0.95, 0.7, 0.3, 4e-5])
_MANY = torch.cumprod(1 - torch.linspace(0.02, 0.5, 12), 0)


def _walk(levels, model, *shape):
    """A maker of a model, a shape, levels and a generator of its own."""

    def make(rng):
        seed = int(torch.randint(10_000, (), generator=rng))
        return copy.deepcopy(model), shape, levels.clone(), torch.Generator().manual_seed(seed)

    return make


def _moments(model, shape, alphas_cumprod, generator):
    """Mean and standard deviation of the samples, step by step; coordinates are unrelated."""
    levels = [1.0, *alphas_cumprod.double().tolist()]
    mean, variance = 0.0, 1.0
    for t in range(len(levels) - 1, 0, -1):
        beta = 1 - levels[t] / levels[t - 1]
        share = beta / math.sqrt(1 - levels[t])
        grown = (1 - share * float(model.slope[t - 1])) / math.sqrt(1 - beta)
        mean = grown * mean - share * float(model.shift[t - 1]) / math.sqrt(1 - beta)
        variance = grown**2 * variance + (beta if t > 1 else 0)
    return {"mean": mean, "standard deviation": math.sqrt(variance), "correlation of two coordinates": 0.0}


def _measured(x, *args):
    one, other = x - x.mean(), x.roll(1, 1) - x.mean()
    return {
        "mean": x.mean(),
        "standard deviation": x.std(),
        "correlation of two coordinates": (one * other).mean() / x.var(),
    }


def _sampled(step=ancestral_step, start=torch.randn, order=None, told=None, draw=torch.randn, seen=None):
    """A walk with one part replaced."""

    def wrong(model, shape, alphas_cumprod, generator):
        x, steps = start(shape, generator=generator), len(alphas_cumprod)
        first, kept = x, []
        for t in reversed(range(steps)) if order is None else order(steps):
            given = t if told is None else told(t, steps)
            epsilon = model(x if seen is None else first, torch.full((len(x),), given))
            kept.append(draw(shape, generator=generator))
            x = step(x, epsilon, kept[-1], t, alphas_cumprod)
        return x

    return wrong


def _one_noise(first):
    """A walk that draws its noise once; first: and takes the start for it."""

    def wrong(model, shape, alphas_cumprod, generator):
        x = torch.randn(shape, generator=generator)
        noise = x if first else torch.randn(shape, generator=generator)
        for t in reversed(range(len(alphas_cumprod))):
            epsilon = model(x, torch.full((len(x),), t))
            x = ancestral_step(x, epsilon, noise, t, alphas_cumprod)
        return x

    return wrong


def _shared(axis):
    """A source of noise that is the same along an axis."""

    def draw(shape, generator):
        size = [1 if place == axis else length for place, length in enumerate(shape)]
        return torch.randn(size, generator=generator).expand(shape)

    return draw


def _no_start(value):
    return lambda shape, generator: torch.full(shape, value)


def _bare(x, epsilon, noise, t, alphas_cumprod):
    return ancestral_step(x, epsilon, noise, t, alphas_cumprod) if t else x


def _narrow_start(model, shape, alphas_cumprod, generator):
    level = alphas_cumprod[-1]
    return _sampled(
        start=lambda shape, generator: (1 - level).sqrt() * torch.randn(shape, generator=generator)
    )(model, shape, alphas_cumprod, generator)


exercise(
    "diffusion.ancestral_sample",
    reference=ancestral_sample,
    summary=_measured,
    expected=_moments,
    tolerance=0.03,
    batch=False,
    inputs={
        "an exact denoiser, 5 steps": _walk(_FIVE, _knowing(_FIVE, 1.0, 0.6), 6_000, 4),
        "a model that says 0": _walk(_FIVE, _Linear([0.0] * 5, [0.0] * 5), 9_000, 3),
        "a model that says another number at each step": _walk(
            _FIVE, _Linear([0.0] * 5, [3.0, -2.0, 1.0, -4.0, 2.0]), 5_000, 5
        ),
        "an exact denoiser, 12 steps": _walk(_MANY, _knowing(_MANY, -0.8, 0.8), 9_000, 4),
        "one step": _walk(_FIVE[2:3], _Linear([0.4], [1.0]), 4_000, 6),
        "levels from nearly 1 to nearly 0": _walk(
            _ENDS, _Linear(_knowing(_ENDS, 2.0, 0.5).slope, [200.0, 1.0, -1.0, 0.5, 0.05]), 12_000, 2
        ),
    },
    mistakes=[
        Mistake(
            _sampled(order=range),
            "Your walk goes up in t: it begins with the step that ends at x_0 and finishes with the noisiest "
            "one, so the model is never shown points as noisy as it is told they are.",
        ),
        Mistake(
            (_sampled(order=lambda steps: range(steps - 1, 0, -1)), _sampled(step=_bare)),
            "The step with index 0 is missing: you stop one step short of x_0, and every sample keeps the "
            "noise that this last step would have taken away.",
        ),
        Mistake(
            _sampled(order=lambda steps: range(steps - 2, -1, -1)),
            "The step with index T - 1 is missing: your walk takes pure noise for the less noisy points of "
            "one step later, and the model finds more noise in them than it is told of.",
        ),
        Mistake(
            (
                _sampled(order=lambda steps: range(steps, -1, -1)),
                _sampled(order=lambda steps: range(steps, 0, -1)),
                _sampled(told=lambda t, steps: t + 1),
            ),
            "You begin at T, or tell the model T, as the paper does: the indices of code run from T - 1 down "
            "to 0, and index T does not exist.",
        ),
        Mistake(
            (_one_noise(False), _one_noise(True)),
            "The same noise is added at every step: its pushes all go in one direction and add up instead of "
            "averaging out, so the samples are spread far too widely.",
        ),
        Mistake(
            (_sampled(draw=_shared(0)), _sampled(draw=_shared(1))),
            "One noise is shared by several points or by all coordinates of a point: each number of x needs "
            "a noise of its own, or the samples move together.",
        ),
        Mistake(
            _sampled(draw=torch.rand),
            "The noise of the steps is drawn evenly from 0 to 1: it is never negative, so every step pushes "
            "all points in the same direction.",
        ),
        Mistake(
            (
                _sampled(start=torch.rand),
                _sampled(start=_no_start(0.0)),
                _sampled(start=_no_start(1.0)),
                _sampled(start=_shared(0)),
                _sampled(start=_shared(1)),
                _narrow_start,
            ),
            "Your walk does not start from standard normal noise, one number for each coordinate of each "
            "point: the forward process ends there, and from another start the model meets points that it "
            "cannot judge.",
        ),
        Mistake(
            _sampled(seen=True),
            "The model is shown x_T at every step: it has to see the points where they are now, or it keeps "
            "taking away the noise of the start.",
        ),
        Mistake(
            (
                _sampled(told=lambda t, steps: steps - 1),
                _sampled(told=lambda t, steps: 0),
                _sampled(told=lambda t, steps: steps - 1 - t),
                _sampled(told=lambda t, steps: min(t + 1, steps - 1)),
                _sampled(told=lambda t, steps: max(t - 1, 0)),
                _sampled(told=lambda t, steps: t - 1),
            ),
            "The model is told another index than that of the step: it then looks for more or less noise "
            "than there is, and your walk takes away the wrong amount.",
        ),
        *(Mistake(tuple(_sampled(step=form) for form in one.forms), one.explanation) for one in MISTAKES),
    ],
    hints=[
        "Draw the start, then loop over the indices from the last one down to 0. Inside the loop the model "
        "speaks, fresh noise is drawn, and one step is taken.",
        "The model wants one index for each point: a tensor filled with t. Your own ancestral_step does the "
        "rest, and it leaves out the noise where t is 0.",
        "Both the start and the noise are torch.randn(shape, generator=generator); the indices are "
        "reversed(range(len(alphas_cumprod))).",
    ],
)
