"""latent.scale: the factor that gives the codes of an autoencoder deviation 1."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def latent_scale(mean, logvar):
    """One over the deviation of codes drawn from N(mean, exp(logvar)), all entries together: -> []."""
    variance = mean.var(correction=0) + logvar.exp().mean()
    return 1 / variance.sqrt()


def _codes(shape, spread=0.8, centre=0.5, logvar=-0.7, width=1.2):
    """A maker of means, images and channels apart and of different spreads, and of log-variances."""

    def make(rng):
        apart, wider = torch.randn(2, 1, shape[1], 1, 1, generator=rng)
        images, broader = torch.randn(2, shape[0], 1, 1, 1, generator=rng)
        away = (wider + broader / 2).exp() * torch.randn(shape, generator=rng)
        mean = centre + spread * (apart + images + away)
        return mean, logvar + width * torch.randn(shape, generator=rng)

    return make


def _scale(of_means=None, of_draws=None, together=None):
    """The answer with another variance of the means or of the draws, or the two put together otherwise."""

    def wrong(mean, logvar):
        one = mean.var(correction=0) if of_means is None else of_means(mean)
        other = logvar.exp().mean() if of_draws is None else of_draws(logvar)
        return (one + other) ** -0.5 if together is None else together(one, other)

    return wrong


def _along(dims, keepdim=False, finish=lambda scale: scale, correction=0):
    """A scale for each entry that is left of the axes, and what is then made of them."""

    def wrong(mean, logvar):
        own = mean.var(dims, correction=correction, keepdim=keepdim) + logvar.exp().mean(dims, keepdim)
        return finish(own**-0.5)

    return wrong


def _within(dims, correction=0):
    """With the variances inside channels, images or places alone, without that of their means."""

    def inside(mean):
        own = mean.var(dims, correction=0)
        each = mean.numel() // own.numel()
        return each * own.mean() / torch.tensor(float(each - correction))  # NaN for 0 / 0, and no warning

    return _scale(of_means=inside)


_CHANNELS, _IMAGES = (0, 2, 3), (1, 2, 3)

exercise(
    "latent.scale",
    reference=latent_scale,
    batch=False,
    tolerance=1e-3,  # dividing by one less than the number of entries is as good
    inputs={
        "6 codes of 4 x 7 x 7": _codes((6, 4, 7, 7)),
        "5 codes of 2 x 11 x 13": _codes((5, 2, 11, 13), spread=1.5, centre=-1.0, logvar=0.4, width=0.7),
        "1 code of 4 x 16 x 18": _codes((1, 4, 16, 18), spread=0.4, centre=2.0, logvar=-1.5),
        "9 codes of 1 x 8 x 16, hardly spread": _codes((9, 1, 8, 16), 0.02, 0.01, logvar=-9.0, width=0.5),
        "7 codes of 3 x 5 x 12 that are nearly points": _codes((7, 3, 5, 12), 0.7, 3.0, logvar=-30.0),
        "10 codes of 3 x 7 x 5 in the thousands": _codes((10, 3, 7, 5), 4000.0, 10.0, logvar=15.0),
    },
    mistakes=[
        Mistake(
            (
                _scale(together=lambda one, other: (one + other).sqrt()),
                _scale(lambda mean: mean.var(), together=lambda one, other: (one + other).sqrt()),
                _scale(together=lambda one, other: one + other),
                _scale(lambda mean: mean.var(), together=lambda one, other: one + other),
            ),
            "This is the deviation (or the variance) of the codes and not one over the deviation: a code is "
            "multiplied by the factor, so codes that lie wide apart would come out wider still.",
        ),
        Mistake(
            (
                _scale(together=lambda one, other: one**-0.5),
                _scale(lambda mean: mean.var(), together=lambda one, other: one**-0.5),
            ),
            "These are the means' own deviations: a code is drawn around its mean, with the variance "
            "exp(logvar), and the draws lie wider apart than the means do.",
        ),
        Mistake(
            _scale(together=lambda one, other: other**-0.5),
            "Only the width of each draw counts in it: the means lie apart as well, and mostly farther than "
            "a draw lies from its mean.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: logvar.mean()),
                _scale(lambda mean: mean.var(), lambda logvar: logvar.mean()),
                _scale(of_draws=lambda logvar: logvar.abs().mean()),
            ),
            "You add logvar as if it were a variance: it is the logarithm of one, negative for every "
            "variance below 1, so the sum may even fall below zero.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: logvar.exp().square().mean()),
                _scale(of_draws=lambda logvar: logvar.exp().mean().square()),
                _scale(lambda mean: mean.var(), lambda logvar: logvar.exp().square().mean()),
            ),
            "You square exp(logvar) as if it were a deviation: it is the variance already.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: (logvar / 2).exp().mean()),
                _scale(lambda mean: mean.var(), lambda logvar: (logvar / 2).exp().mean()),
                _scale(of_draws=lambda logvar: (logvar / 2).exp().mean().square()),
            ),
            "You take exp(logvar / 2), the deviation of a draw: variances add up and deviations do not, and "
            "the mean is one of variances.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: logvar.mean().exp()),
                _scale(lambda mean: mean.var(), lambda logvar: logvar.mean().exp()),
            ),
            "You average logvar and take the exponential of that: it is the mean of the variances that "
            "counts, and exp of a mean lies below the mean of exp, for the few wide draws weigh most.",
        ),
        Mistake(
            (
                _along(_CHANNELS),
                _along(_CHANNELS, keepdim=True),
                _along(_CHANNELS, correction=1),
                _along(_CHANNELS, keepdim=True, correction=1),
            ),
            "There is a factor for each channel: that gives every channel deviation 1 and takes away how "
            "much louder one speaks than another; one number for all of them is wanted.",
        ),
        Mistake(
            (
                _along(0),
                _along(_IMAGES),
                _along(_IMAGES, keepdim=True),
                _along(1),
                _along((2, 3)),
                _along((0, 1)),
            ),
            "There are several factors, for images, places or channels: one number for all entries together "
            "is wanted, which no code to come can change.",
        ),
        Mistake(
            (
                _along(_CHANNELS, finish=torch.mean),
                _along(_CHANNELS, finish=lambda scale: 1 / (1 / scale).mean()),
                _along(_IMAGES, finish=torch.mean),
                _along(_IMAGES, finish=lambda scale: 1 / (1 / scale).mean()),
                _along(_CHANNELS, finish=torch.mean, correction=1),
                _along(_IMAGES, finish=torch.mean, correction=1),
                _along(_IMAGES, finish=lambda scale: 1 / (1 / scale).mean(), correction=1),
                _along(_CHANNELS, finish=lambda scale: 1 / (1 / scale).mean(), correction=1),
            ),
            "You average factors, or deviations, of parts: deviations do not average, so the codes as a "
            "whole do not get deviation 1; take all entries together, and one root at the end.",
        ),
        Mistake(
            (
                _within(_CHANNELS),
                _within(_CHANNELS, correction=1),
                _within(_IMAGES),
                _within(_IMAGES, correction=1),
                _within((2, 3)),
                _within(1),
                _within((2, 3), correction=1),
                _within(1, correction=1),
            ),
            "These are the variances inside the channels (or images, or places) alone: how far their centres "
            "lie apart is lost, and it belongs to the variance of all entries.",
        ),
        Mistake(
            (_within(0), _within(0, correction=1)),
            "The variance is taken over the batch for each entry by itself: one number over all entries is "
            "wanted, in which their centres lie apart, too (and for one image yours would be 0).",
        ),
        Mistake(
            (
                _scale(lambda mean: mean.square().mean()),
                _scale(lambda mean: mean.square().mean(), together=lambda one, other: one**-0.5),
                _scale(lambda mean: mean.square().mean(), together=lambda one, other: (one + other).sqrt()),
            ),
            "The mean square is not centred: where the codes lie around another point than 0 it is larger "
            "than the variance, and the factor comes out too small.",
        ),
        Mistake(
            (
                _scale(together=lambda one, other: 1 / (one + other)),
                _scale(lambda mean: mean.var(), together=lambda one, other: 1 / (one + other)),
            ),
            "The root is missing: one over the variance makes wide codes far too narrow and narrow ones far "
            "too wide; a deviation is what scales with the codes.",
        ),
        Mistake(
            (
                _scale(together=lambda one, other: 1 / (one.sqrt() + other.sqrt())),
                _scale(
                    lambda mean: mean.std(),
                    lambda logvar: (logvar / 2).exp().mean(),
                    lambda a, b: 1 / (a + b),
                ),
                _scale(together=lambda one, other: one**-0.5 + other**-0.5),
                _scale(lambda mean: mean.std(), lambda logvar: logvar.exp().mean(), lambda a, b: 1 / (a + b)),
                _scale(lambda mean: mean.std(), lambda logvar: logvar.exp().mean()),
                lambda mean, logvar: 1 / mean.std() + 1 / (logvar / 2).exp().mean(),
            ),
            "Deviations are added up: of independent parts the variances add, and the root is taken of "
            "their sum, once.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: logvar.exp().sum()),
                _scale(of_draws=lambda logvar: logvar.exp().sum(1).mean()),
                _scale(of_draws=lambda logvar: logvar.exp().sum((1, 2, 3)).mean()),
            ),
            "The variances of the draws are summed over entries: each entry has its own, and what counts is "
            "their mean, however many there are.",
        ),
        Mistake(
            (
                _scale(of_draws=lambda logvar: logvar.exp().var(correction=0)),
                _scale(lambda mean: mean.var(), lambda logvar: logvar.exp().var()),
                _scale(of_draws=lambda logvar: logvar.var()),
            ),
            "You take the variance of the variances, or of logvar: the law of total variance asks for their "
            "mean, and for the variance of the means.",
        ),
        Mistake(
            (
                _scale(lambda mean: mean.mean().square()),
                _scale(together=lambda one, other: (one * other) ** -0.5),
                _scale(together=lambda one, other: (other - one).abs() ** -0.5),
                lambda mean, logvar: 1 / (mean + (logvar / 2).exp()).std(),
                lambda mean, logvar: 1 / (mean + logvar.exp()).std(),
            ),
            "The two parts are not those of the law of total variance, or not added: the variance of the "
            "means, plus the mean of the variances.",
        ),
    ],
    hints=[
        "A code is drawn in two steps: an image gives a mean and a variance, and then a draw around that "
        "mean follows. Which two parts does the variance of all codes have?",
        "The law of total variance: the variance of the means and the mean of the variances. What does "
        "logvar have to go through to be a variance?",
        "All entries of all codes count alike, so no call needs an axis: add the two parts, take the root, "
        "and then what a code must be multiplied by to have deviation 1.",
    ],
)
