"""start.fit_gaussian: the Gaussian under which the data are likeliest."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def fit_gaussian(x):
    """Maximum-likelihood mean and variance of a Gaussian: x [N] -> two scalars."""
    mean = x.mean()
    return mean, (x - mean).square().mean()


def _values(size):
    return lambda rng: (3 + 2 * torch.randn(size, generator=rng),)


exercise(
    "start.fit_gaussian",
    reference=fit_gaussian,
    returns=("mean", "variance"),
    inputs={"6 values": _values(6), "9 values": _values(9), "200 values": _values(200)},
    accepted=[
        Accepted(
            lambda x: (x.mean(), x.var()),
            "Dividing by n - 1 gives the unbiased variance (torch.var's default); the likelihood is "
            "highest a little lower, with n.",
        ),
    ],
    mistakes=[
        Mistake(
            (lambda x: (x.mean(), x.std(correction=0)), lambda x: (x.mean(), x.std())),
            "The second number is the standard deviation, the root of the variance: used as a variance, it "
            "makes every width above 1 too narrow and every width below 1 too wide.",
        ),
        Mistake(
            lambda x: (x.mean(), (x - x.mean()).square().sum()),
            "The squared deviations are summed and not divided by N: the fitted Gaussian grows wider with "
            "every point you add, whatever the data look like.",
        ),
        Mistake(
            lambda x: (x.mean(), x.square().mean()),
            "The second number is the mean of x squared: the mean was not subtracted first, so data far from "
            "zero look wide, however close together they lie.",
        ),
        Mistake(
            lambda x: (x.mean(), (x - x.mean()).abs().mean()),
            "The second number is the mean absolute deviation: that is the width of a Laplace density, and "
            "as a Gaussian's variance it is not even in the right unit (x, not x squared).",
        ),
        Mistake(
            lambda x: (x.median(), (x - x.mean()).square().mean()),
            "The first number is the median: that is the most likely centre of a Laplace density, while a "
            "Gaussian's is the mean, and on lopsided data the two part.",
        ),
    ],
    hints=[
        "Both numbers are averages over the data.",
        "The first is the average of x; the second is the average of something that measures how far x is "
        "from the first.",
        "How far, squared. No root at the end, and divide by how many there are.",
    ],
)
