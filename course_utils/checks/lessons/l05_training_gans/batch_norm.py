"""gan.batch_norm: what the layer does in training."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def batch_norm(x, gamma, beta, eps):
    """x [N, C, H, W] normalised per channel, scaled and shifted by gamma, beta [C] (Ioffe & Szegedy 2015)."""
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True)
    return gamma[:, None, None] * (x - mean) / (variance + eps).sqrt() + beta[:, None, None]


def _features(n, channels, height, width, eps=1e-5, spread=1.0):
    """A maker of feature maps whose channels differ in mean and width."""

    def make(rng):
        scale = spread * (0.5 + torch.rand(channels, 1, 1, generator=rng))
        x = torch.randn(channels, 1, 1, generator=rng) + scale * torch.randn(
            n, channels, height, width, generator=rng
        )
        gamma = 9 * (torch.rand(channels, generator=rng) - 0.3)  # one that has learned may be negative
        return x, gamma, torch.randn(channels, generator=rng), eps

    return make


def _normed(dims=(0, 2, 3), unbiased=False, divide=lambda v, eps: (v + eps).sqrt(), shift=True):
    """Batch norm with another axis, another variance or another divisor."""

    def norm(x, gamma, beta, eps):
        mean = x.mean(dim=dims, keepdim=True) if shift else 0.0
        variance = x.var(dim=dims, unbiased=unbiased, keepdim=True)
        return gamma[:, None, None] * (x - mean) / divide(variance, eps) + beta[:, None, None]

    return norm


def _counted(number):
    """Batch norm with sums divided by some number(n, c, h, w) of values."""

    def norm(x, gamma, beta, eps):
        count = number(*x.shape)
        mean = x.sum(dim=(0, 2, 3), keepdim=True) / count
        variance = (x - mean).square().sum(dim=(0, 2, 3), keepdim=True) / count
        return gamma[:, None, None] * (x - mean) / (variance + eps).sqrt() + beta[:, None, None]

    return norm


def _detached(x, gamma, beta, eps):
    mean = x.mean(dim=(0, 2, 3), keepdim=True).detach()
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True).detach()
    return gamma[:, None, None] * (x - mean) / (variance + eps).sqrt() + beta[:, None, None]


exercise(
    "gan.batch_norm",
    reference=batch_norm,
    batch=False,
    gradient=["x", "gamma", "beta"],
    inputs={
        "4 images of 3 channels, 2 x 2": _features(4, 3, 2, 2),
        "2 images of 5 channels, 3 x 4, eps = 0.1": _features(2, 5, 3, 4, eps=0.1),
        "6 images of 2 channels, 4 x 4, hardly any spread": _features(6, 2, 4, 4, eps=1e-3, spread=0.03),
        "8 images of 4 channels of one pixel": _features(8, 4, 1, 1, eps=0.01),
        "1 image of 3 channels, 5 x 2": _features(1, 3, 5, 2),
    },
    tolerance=1e-5,
    mistakes=[
        Mistake(
            (
                _normed(unbiased=True),
                _normed(unbiased=True, divide=lambda v, eps: v.sqrt() + eps),
            ),
            "You divide by the unbiased variance (N - 1): what comes out has a variance a little below 1, "
            "the more so the smaller the batch. Batch norm divides by N here; N - 1 comes only with the "
            "running statistics.",
        ),
        Mistake(
            (
                _normed(divide=lambda v, eps: v.sqrt() + eps),
                _normed(divide=lambda v, eps: v.sqrt() + eps**0.5),
            ),
            "Your eps stands outside the root: a channel with hardly any spread is then scaled up far more "
            "than torch does it, so weights trained with one and run with the other give other images.",
        ),
        Mistake(
            _normed(divide=lambda v, eps: v + eps),
            "You divide by the variance without a root: a channel with a wide spread ends with a narrow one "
            "and the reverse, so the layer turns the scales round and does not even them out.",
        ),
        Mistake(
            _normed(divide=lambda v, eps: v.sqrt()),
            "The eps is left out: a channel that is constant over the batch, as many are in a collapsed "
            "generator, divides 0 by 0, and NaN is in every weight after the next step.",
        ),
        Mistake(
            _normed(dims=(2, 3)),
            "You average over each image alone: that is instance norm; the contrast of every single image is "
            "thrown away, and the network cannot know a bright one from a faint one.",
        ),
        Mistake(
            _normed(dims=(1, 2, 3)),
            "You average over all channels of each image: that is layer norm; two channels "
            "of different scale stay different, and nothing is shared across the batch.",
        ),
        Mistake(
            _normed(dims=0),
            "You average over the batch only, each pixel on its own: a convolution treats all places alike, "
            "and so must its normalisation; a stroke is scaled by where it lies, from few numbers.",
        ),
        Mistake(
            (_counted(lambda n, c, h, w: n * h * h), _counted(lambda n, c, h, w: n * w * w)),
            "You count one side of the map twice: right for square maps, but of a map that is not square "
            "mean and variance come out too large or too small; the number of values is N H W.",
        ),
        Mistake(
            _counted(lambda n, c, h, w: n),
            "You add up over the places too and divide by the number of images alone: each image brings H W "
            "values, so mean and variance are that many times too large.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, gamma, beta, 1e-5),
            "Your eps is written into the function: right for torch's usual one, and for any other the "
            "channels with little spread are scaled by another amount than was asked for; use the argument.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: (
                gamma * (x - x.mean((0, 2, 3), keepdim=True)) / (x.var((0, 2, 3), keepdim=True) + eps).sqrt()
                + beta
            ),
            "Your gamma and beta have shape [C], and torch lays that along the last axis, the width of the "
            "map: give them two axes of size 1 behind, as gamma[:, None, None], so that they meet channels.",
        ),
        Mistake(
            _normed(dims=(0, 1, 2, 3)),
            "You take one mean and one variance for everything: channels of different scale stay different, "
            "so the largest one still decides what the next layer sees.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, torch.ones_like(gamma), torch.zeros_like(beta), eps),
            "The scale and the shift are missing: every channel is held to mean 0 and variance 1, and the "
            "network cannot undo that where it needs another range before the ReLU.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, torch.ones_like(gamma), beta, eps),
            "The scale gamma is missing: every channel keeps spread 1, and the network cannot make one that "
            "matters little small, or one that matters large.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, gamma, torch.zeros_like(beta), eps),
            "The shift beta is missing: every channel has mean 0 before the ReLU, so about half of them "
            "are cut off whatever the network would rather have.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: batch_norm(x, beta, gamma, eps),
            "Scale and shift are swapped: gamma multiplies and starts at 1, beta is added and starts at 0; "
            "the other way round the layer starts by multiplying everything by 0.",
        ),
        Mistake(
            lambda x, gamma, beta, eps: (
                batch_norm(x, gamma, torch.zeros_like(beta), eps) + gamma[:, None, None] * beta[:, None, None]
            ),
            "You add beta before the scaling, so gamma scales it too: the two weights are then tied, "
            "and a step in one moves what the other had set.",
        ),
        Mistake(
            _normed(shift=False),
            "The mean is not taken off: each channel keeps its offset, divided by its spread, so after the "
            "ReLU some channels are always on and some never.",
        ),
        Mistake(
            _detached,
            "Your mean and variance carry no gradient: training then believes that it can grow the "
            "activations, which the division takes back each time, and the weights wander off.",
        ),
    ],
    hints=[
        "What does one channel of a convolution share? All images of the batch, and all places. Which "
        "axes of [N, C, H, W] are these?",
        "Mean and variance over the axes 0, 2 and 3, with keepdim=True. The variance is the mean of the "
        "squares of what is left after the mean is taken off: unbiased=False.",
        "gamma and beta have shape [C]; with two axes of size 1 put behind them they fit [N, C, H, W]. The "
        "eps goes to the variance, under the root.",
    ],
)
