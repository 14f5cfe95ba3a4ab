"""gan.running_statistics: what batch norm keeps for later."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def running_statistics(x, running_mean, running_var, momentum):
    """The statistics for inference after one more batch x [N, C, H, W]: running_mean, running_var [C]."""
    mean, variance = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=True)
    return (
        (1 - momentum) * running_mean + momentum * mean,
        (1 - momentum) * running_var + momentum * variance,
    )


def _batch(n, channels, height, width, momentum, kept=1.0):
    def make(rng):
        x = 1 + (0.5 + torch.rand(channels, 1, 1, generator=rng)) * torch.randn(
            n, channels, height, width, generator=rng
        )
        old = torch.randn(channels, generator=rng), kept * (0.2 + torch.rand(channels, generator=rng))
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


def _counted_squares(x):
    """Squares divided as if the map were as wide as it is high."""
    count = len(x) * x.shape[2] ** 2
    mean = x.sum(dim=(0, 2, 3), keepdim=True) / count
    return (x - mean).square().sum(dim=(0, 2, 3)) / (count - 1)


def _about_the_old_mean(x, running_mean, running_var, momentum):
    mean, _ = running_statistics(x, running_mean, running_var, momentum)
    squares = (x - running_mean[:, None, None]).square().sum(dim=(0, 2, 3)) / (x[:, 0].numel() - 1)
    return mean, (1 - momentum) * running_var + momentum * squares


exercise(
    "gan.running_statistics",
    reference=running_statistics,
    batch=False,
    returns=["running mean", "running variance"],
    inputs={
        "4 images of 3 channels, 2 x 2, momentum 0.1": _batch(4, 3, 2, 2, 0.1),
        "2 images of 4 channels, 2 x 3, momentum 0.3": _batch(2, 4, 2, 3, 0.3, kept=20.0),
        "3 images of 2 channels, 3 x 3, momentum 1": _batch(3, 2, 3, 3, 1.0),
        "2 images of 5 channels, 4 x 3, momentum 0.01": _batch(2, 5, 4, 3, 0.01, kept=1e-3),
        "1 image of 3 channels, 3 x 2, momentum 0.5": _batch(1, 3, 3, 2, 0.5),
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
            lambda x, running_mean, running_var, momentum: running_statistics(
                x, running_mean, running_var, 0.1
            ),
            "The momentum 0.1 is written into your function: right for torch's usual one, and with any other "
            "the layer forgets faster or slower than was asked for; use the argument.",
        ),
        Mistake(
            (
                _statistics(
                    new_mean=lambda x: x.sum(dim=(0, 2, 3)) / (len(x) * x.shape[2] ** 2),
                    new_var=_counted_squares,
                ),
                _statistics(new_var=_counted_squares),
            ),
            "You count one side of the map twice: right for square maps, but of a map that is not square "
            "the statistics come out too large or too small; the number of values is N H W.",
        ),
        Mistake(
            _about_the_old_mean,
            "Your squares are measured from the running mean and not from that of this batch: how far the "
            "two are apart is then counted as variance, most of all at the beginning.",
        ),
        Mistake(
            _statistics(new_var=lambda x: x.mean(dim=(2, 3)).var(dim=0, unbiased=True)),
            "You average over the places first: what differs inside an image is then missing from the "
            "variance, so it is too small, and inference scales everything up.",
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
