"""guidance.tilted_variance: what a scale really samples, where all is Gaussian."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def tilted_variance(std, total_std, scale):
    """The variance of p(x) p(y | x)^s for p(x | y) = N(0, std^2), p(x) = N(0, total_std^2): [N] each."""
    return 1 / (scale / std**2 + (1 - scale) / total_std**2)


def _stds(n, scale, unit=1.0):
    def make(rng):
        total = unit * (1 + torch.rand(n, generator=rng, dtype=torch.float64))
        return total * (0.3 + 0.5 * torch.rand(n, generator=rng, dtype=torch.float64)), total, scale

    return make


exercise(
    "guidance.tilted_variance",
    reference=tilted_variance,
    inputs={
        "4 pairs of Gaussians, scale 3": _stds(4, 3.0),
        "3 pairs, scale 0.5": _stds(3, 0.5),
        "1 pair, scale 1": _stds(1, 1.0),
        "5 pairs, scale 0": _stds(5, 0.0),
        "4 pairs, all of them wide, scale 2": _stds(4, 2.0, unit=30.0),
        "4 pairs, all of them narrow, scale 4": _stds(4, 4.0, unit=0.02),
    },
    mistakes=[
        Mistake(
            lambda s, S, g: s ** (2 * g) * S ** (2 * (1 - g)),
            "You weight the logarithms of the variances, and that gives another number. In a product of "
            "Gaussians the exponents add, so it is the precisions that are weighted.",
        ),
        Mistake(
            lambda s, S, g: g * s**2 + (1 - g) * S**2,
            "You weight the variances: multiplying densities adds exponents, and in an exponent stands one "
            "over the variance; with scale 3 this comes out negative.",
        ),
        Mistake(
            lambda s, S, g: g / s**2 + (1 - g) / S**2,
            "This is the precision: one over it is the variance, and as it stands a narrower class seems to "
            "give wider samples.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s**2 + 1 / S**2),
            "The density p(x) is counted twice: p(y | x) is p(x | y) / p(x) up to a constant, so its power "
            "s takes away s times the precision of p(x), and one is there to begin with.",
        ),
        Mistake(
            (
                lambda s, S, g: 1 / ((1 + g) / s**2 - g / S**2),
                lambda s, S, g: 1 / ((g - 1) / s**2 + (2 - g) / S**2),
            ),
            "The scale is taken for the papers' w, or turned into one: here scale 1 must give the variance "
            "of p(x | y), and 0 that of p(x).",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s**2 + (g - 1) / S**2),
            "The sign before the second precision is turned: p(x) stands there 1 - s times, so above scale "
            "1 some of its precision is taken away, and you add it.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / S**2 + (1 - g) / s**2),
            "The two Gaussians have changed places: the scale belongs to p(x | y), whose variance is std "
            "squared; as it stands a larger scale makes the samples wider, or the variance negative.",
        ),
        Mistake(
            lambda s, S, g: (1 / (g / s**2 + (1 - g) / S**2)).sqrt(),
            "This is the standard deviation: you want its square, the variance; whoever compares the "
            "two takes the samples to be far too narrow.",
        ),
        Mistake(
            lambda s, S, g: 1 / (g / s + (1 - g) / S),
            "The standard deviations are not squared: a precision is one over the variance, and this number "
            "is not even one, for its unit is a length.",
        ),
        Mistake(
            lambda s, S, g: s**2,
            "This is the variance of p(x | y), whatever the scale: that is right at 1 only. At 0 the label "
            "must not count, and above 1 it must count for more.",
        ),
        Mistake(
            lambda s, S, g: s**2 / g if g else S**2 * torch.inf,
            "This is p(x | y) to the power s, without p(x): the tilted density keeps p(x) once and takes "
            "only the classifier to the power, so at scale 0 it must be p(x).",
        ),
    ],
    hints=[
        "By Bayes' rule p(y | x) is proportional to p(x | y) / p(x). How often does each of the two "
        "Gaussians stand in the product, above and below the line?",
        "p(x | y) stands there s times, p(x) stands there 1 - s times. The exponents of Gaussians add, and "
        "the exponent holds one over the variance.",
        "The precision is scale over std squared, plus the rest of 1 over total_std squared.",
    ],
)
