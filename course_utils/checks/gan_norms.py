"""The exercises of notebook 05, Training GANs: batch normalisation in training, and what it keeps."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def batch_norm(x, gamma, beta, eps):
    """x [N, C, H, W] normalised per channel, scaled and shifted by gamma, beta [C] (Ioffe & Szegedy 2015)."""
    mean = x.mean(dim=(0, 2, 3), keepdim=True)
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True)
    return gamma[:, None, None] * (x - mean) / (variance + eps).sqrt() + beta[:, None, None]


def _features(n, channels, side, eps=1e-5, spread=1.0):
    """A maker of feature maps whose channels differ in mean and width."""

    def make(rng):
        scale = spread * (0.5 + torch.rand(channels, 1, 1, generator=rng))
        x = torch.randn(channels, 1, 1, generator=rng) + scale * torch.randn(
            n, channels, side, side, generator=rng
        )
        return x, 0.5 + torch.rand(channels, generator=rng), torch.randn(channels, generator=rng), eps

    return make


def _normed(dims=(0, 2, 3), unbiased=False, divide=lambda v, eps: (v + eps).sqrt(), shift=True):
    """Batch norm with another axis, another variance or another divisor."""

    def norm(x, gamma, beta, eps):
        mean = x.mean(dim=dims, keepdim=True) if shift else 0.0
        variance = x.var(dim=dims, unbiased=unbiased, keepdim=True)
        return gamma[:, None, None] * (x - mean) / divide(variance, eps) + beta[:, None, None]

    return norm


def _detached(x, gamma, beta, eps):
    mean = x.mean(dim=(0, 2, 3), keepdim=True).detach()
    variance = x.var(dim=(0, 2, 3), unbiased=False, keepdim=True).detach()
    return gamma[:, None, None] * (x - mean) / (variance + eps).sqrt() + beta[:, None, None]


exercise(
    "gan.batch_norm",
    reference=batch_norm,
    gradient=["x", "gamma", "beta"],
    inputs={
        "4 images of 3 channels, 2 x 2": _features(4, 3, 2),
        "2 images of 5 channels, 3 x 3, eps = 0.1": _features(2, 5, 3, eps=0.1),
        "6 images of 2 channels, 4 x 4, hardly any spread": _features(6, 2, 4, eps=1e-3, spread=0.03),
        "8 images of 4 channels of one pixel": _features(8, 4, 1, eps=0.01),
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


def running_statistics(x, running_mean, running_var, momentum):
    """The statistics for inference after one more batch x [N, C, H, W]: running_mean, running_var [C]."""
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=True)
    return (
        (1 - momentum) * running_mean + momentum * mean,
        (1 - momentum) * running_var + momentum * variance,
    )


def _batch(n, channels, side, momentum):
    def make(rng):
        x = 1 + (0.5 + torch.rand(channels, 1, 1, generator=rng)) * torch.randn(
            n, channels, side, side, generator=rng
        )
        old = torch.randn(channels, generator=rng), 0.2 + torch.rand(channels, generator=rng)
        return x, *old, momentum

    return make


def _statistics(new_mean=None, new_var=None, blend=lambda old, new, m: (1 - m) * old + m * new):
    """Running statistics with another batch statistic or another way to blend."""
    new_mean = new_mean or (lambda x: x.mean(dim=(0, 2, 3)))
    new_var = new_var or (lambda x: x.var(dim=(0, 2, 3), unbiased=True))

    def update(x, running_mean, running_var, momentum):
        return (
            blend(running_mean, new_mean(x), momentum),
            blend(running_var, new_var(x), momentum),
        )

    return update


def _per_image_var(x):
    return x.var(dim=(2, 3), unbiased=True).mean(dim=0)


def _divided_by_images(x):
    squares = (x - x.mean(dim=(0, 2, 3), keepdim=True)).square().sum(dim=(0, 2, 3))
    return squares / (len(x) - 1)


exercise(
    "gan.running_statistics",
    reference=running_statistics,
    returns=["running mean", "running variance"],
    inputs={
        "4 images of 3 channels, 2 x 2, momentum 0.1": _batch(4, 3, 2, 0.1),
        "2 images of 4 channels, 2 x 2, momentum 0.3": _batch(2, 4, 2, 0.3),
        "3 images of 2 channels, 3 x 3, momentum 1": _batch(3, 2, 3, 1.0),
        "2 images of 5 channels, 3 x 3, momentum 0.01": _batch(2, 5, 3, 0.01),
    },
    tolerance=1e-5,
    mistakes=[
        Mistake(
            _statistics(new_var=lambda x: x.var(dim=(0, 2, 3), unbiased=False)),
            "Your running variance takes the biased variance: it estimates that of all data, so it wants "
            "N - 1; as it is, small batches leave it too small, and at inference everything is scaled up.",
        ),
        Mistake(
            _statistics(blend=lambda old, new, m: m * old + (1 - m) * new),
            "Momentum is the weight of the NEW batch in torch: your statistics keep a tenth of the past, and "
            "are little more than those of the last batch, so inference is as noisy as training.",
        ),
        Mistake(
            _statistics(new_var=lambda x: x.std(dim=(0, 2, 3), unbiased=True)),
            "You keep the standard deviation where the variance is wanted: at inference its root is taken "
            "once more, and every channel comes out with the wrong contrast.",
        ),
        Mistake(
            _statistics(new_var=_divided_by_images),
            "You divide the squares by the number of images less one: each image brings H W values, so your "
            "variance is far too large, and inference scales everything down.",
        ),
        Mistake(
            _statistics(new_var=_per_image_var),
            "Your variance is that inside single images, averaged: how much images differ from "
            "each other is missing, so it is too small, and inference scales everything up.",
        ),
        Mistake(
            _statistics(blend=lambda old, new, m: new),
            "You keep nothing of the past: the statistics are those of the last batch alone, and what G "
            "draws at inference depends on which images happened to come last.",
        ),
        Mistake(
            _statistics(blend=lambda old, new, m: old + m * new),
            "The past is not shrunk before the new part is added: the sums grow with every batch, and at "
            "inference the layer divides by far too much.",
        ),
        Mistake(
            lambda x, running_mean, running_var, momentum: (running_mean, running_var),
            "The statistics stay what they were: at inference the layer then takes off mean 0 and divides by "
            "variance 1, as at the start, and the images are not those of training.",
        ),
        Mistake(
            lambda x, running_mean, running_var, momentum: running_statistics(
                x, running_mean, running_var, momentum
            )[::-1],
            "Mean and variance come in the wrong order: at inference the layer would take off "
            "the variance and divide by the root of the mean, which may not even exist.",
        ),
    ],
    hints=[
        "These are two averages over time. What share of the old value stays, if the new one gets the share "
        "`momentum`?",
        "The new mean is that over axes 0, 2 and 3. The new variance is taken over the same axes, "
        "but as an estimate of the variance of all data: which divisor is that?",
        "x.var(...) divides by one less than the number of values unless told otherwise; here, leave it so.",
    ],
)
