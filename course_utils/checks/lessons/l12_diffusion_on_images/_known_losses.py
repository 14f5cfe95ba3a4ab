"""Models that answer with a fixed function, so that the loss of a training step has a known mean."""

from typing import NamedTuple

import torch
from torch import nn

from course_utils.diffusion import NoiseSchedule


class _Answer(nn.Module):
    """A model that answers with a fixed function, so that the loss has a known mean."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x_t, t, y=None):
        if t.shape != (len(x_t),):  # the U-Net would stop here too, and at the next
            raise ValueError(f"the model wants t with shape [B] = [{len(x_t)}]; got {list(t.shape)}")
        if x_t.dtype != self.scale.dtype:
            raise TypeError(f"x_t is {x_t.dtype} and the weights of the model are {self.scale.dtype}")
        y = torch.zeros(1) if y is None else y
        answer = self.function(x_t, t.view(-1, 1, 1, 1), y.reshape(-1, 1, 1, 1))
        return self.scale * (answer + torch.zeros_like(x_t))


SHORT = NoiseSchedule([0.6, 0.5, 0.5, 0.5])
_A, _B = SHORT.alphas_cumprod.sqrt(), (1 - SHORT.alphas_cumprod).sqrt()  # signal and noise
_T = torch.arange(len(SHORT)).double()


class _Moments(NamedTuple):
    """Means over a batch in [-1, 1] with labels y: of x, x^2, x y, y^2, and of x times a neighbour."""

    x: float
    xx: float
    xy: float
    yy: float
    beside: float  # in the row
    across: float  # in the next channel


def _plain(m):
    """The mean of v^2."""
    return (_A**2 + _B**2 * m.xx).mean().item()


def _by_step(answer):
    """A model whose answer depends on t alone, and the mean of its loss: v has mean -B E x."""

    def mean(m):
        return _plain(m) + (answer(_T) ** 2 + 2 * answer(_T) * _B * m.x).mean().item()

    return (lambda x_t, t, y: answer(t)), mean


# What the model answers, and the mean of the loss for a batch with given `_Moments`.
# The first serves for the gradient: it is large, so what is drawn hardly matters for that.
_MODELS = {
    "a model that answers about 100": _by_step(lambda t: 100 + 0.25 * t),
    "a model that answers 0": _by_step(lambda t: 0 * t),
    "a model that answers x_t": (
        lambda x_t, t, y: x_t,
        lambda m: ((_A + _B) ** 2 * m.xx + (_B - _A) ** 2).mean().item(),
    ),
    "a model that answers with its neighbour's x_t": (
        lambda x_t, t, y: x_t.roll(1, 3),
        lambda m: 1 + m.xx + 2 * m.beside * (_A * _B).mean().item(),
    ),
    "a model that answers with the next channel of x_t": (
        lambda x_t, t, y: x_t.roll(1, 1),
        lambda m: 1 + m.xx + 2 * m.across * (_A * _B).mean().item(),
    ),
    "a model that answers t": _by_step(lambda t: t),
    "a model that is loud at t = 0": _by_step(lambda t: 4.0 * (t == 0)),
    "a model that answers the label": (
        lambda x_t, t, y: y,
        lambda m: _plain(m) + m.yy + 2 * m.xy * _B.mean().item(),
    ),
}
_BATCHES = (5500, 4096, 6000, 6500, 6200, 7000, 8000, 5000)
_SIZES = ((1, 4, 4), (1, 4, 5), (1, 4, 4), (1, 4, 4), (2, 3, 4), (1, 3, 4), (1, 3, 3), (1, 5, 4))


def _batch(kind, n, size):
    def make(rng):
        labels = torch.randint(3, (n,), generator=rng)  # the larger the label, the more ink
        images = 0.5 + torch.rand(n, *size, generator=rng) * (1 + 2 * labels).view(-1, 1, 1, 1) / 10
        kind_of = torch.rand(images.shape, generator=rng)
        images = torch.where(kind_of < 0.04, 0.0, torch.where(kind_of > 0.92, 1.0, images))  # paper and ink
        return images, labels, _Answer(_MODELS[kind][0]), SHORT, torch.Generator().manual_seed(n)

    return make


def mean_loss(images, labels, model, schedule, generator):
    by_kind = dict(_MODELS.values())
    x0, y = 2 * images.double() - 1, labels.double().view(-1, 1, 1, 1)
    products = (x0, x0 * x0, x0 * y, y * y, x0 * x0.roll(1, 3), x0 * x0.roll(1, 1))
    return {"loss": by_kind[model.function](_Moments(*(each.mean().item() for each in products)))}


INPUTS = {kind: _batch(kind, n, size) for kind, n, size in zip(_MODELS, _BATCHES, _SIZES, strict=True)}
