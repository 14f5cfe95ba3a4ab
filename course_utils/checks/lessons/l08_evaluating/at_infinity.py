"""eval.at_infinity: a measure with a bias of 1/n, as it would be with endless samples."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def at_infinity(sizes, values):
    """The least squares line of values [S] in 1 / sizes [S], at 1/n = 0: a number (Chong & Forsyth 2020)."""
    sizes, values = sizes.double(), values.double()
    columns = torch.stack([torch.ones_like(sizes), 1 / sizes], dim=1)
    return torch.linalg.lstsq(columns, values[:, None]).solution[0].item()


def _measured(sizes, limit, slope, root=0.0, noise=0.1):
    """A maker of sizes and of values limit + slope / n + root / sqrt n, with some noise."""

    def make(rng):
        n = torch.tensor([float(size) for size in sizes])
        return n, limit + slope / n + root / n.sqrt() + noise * torch.randn(len(n), generator=rng)

    return make


def _line(x, y, weights=None):
    """Intercept and slope of the (weighted) least squares line of y in x."""
    w = torch.ones_like(x) if weights is None else weights
    w = w / w.sum()
    middle, height = (w * x).sum(), (w * y).sum()
    slope = (w * (x - middle) * (y - height)).sum() / (w * (x - middle).square()).sum()
    return height - slope * middle, slope


def _in(change, pick=0):
    """Intercept (or slope, pick=1) of a line in change(n)."""

    def wrong(sizes, values):
        return _line(change(sizes.double()), values.double())[pick]

    return wrong


def _weighted(weights):
    def wrong(sizes, values):
        n = sizes.double()
        return _line(1 / n, values.double(), weights(n))[0]

    return wrong


def _at(place):
    """The right line somewhere else than at 0: place(1/n)."""

    def wrong(sizes, values):
        x = 1 / sizes.double()
        intercept, slope = _line(x, values.double())
        return intercept + slope * place(x)

    return wrong


def _through(first, second):
    """The line in 1/n through two of the points alone, chosen from (sizes)."""

    def wrong(sizes, values):
        n, y = sizes.double(), values.double()
        i, j = first(n), second(n)
        return (n[j] * y[j] - n[i] * y[i]) / (n[j] - n[i])

    return wrong


def _polynomial(degree):
    def wrong(sizes, values):
        x, y = 1 / sizes.double(), values.double()
        powers = torch.stack([(x / x.max()) ** i for i in range(min(degree + 1, len(x)))], 1)
        return torch.linalg.lstsq(powers, y[:, None]).solution[0, 0]

    return wrong


def _sloped(factor):
    """The line through the means with its slope times factor(S)."""

    def wrong(sizes, values):
        x, y = 1 / sizes.double(), values.double()
        return y.mean() - factor(len(x)) * _line(x, y)[1] * x.mean()

    return wrong


def _logarithms(sizes, values):
    return _line(1 / sizes.double(), values.double().log())[0].exp()


def _turned(sizes, values):
    """The line of 1/n in the values, at 1/n = 0."""
    intercept, slope = _line(values.double(), 1 / sizes.double())
    return -intercept / slope


def _origin(pick):
    def wrong(sizes, values):
        x, y = 1 / sizes.double(), values.double()
        return ((x * y).sum() / x.square().sum()) * pick(x)

    return wrong


exercise(
    "eval.at_infinity",
    reference=at_infinity,
    batch=False,
    inputs={
        "5 sizes from 50 to 800": _measured((50, 100, 200, 400, 800), 3.0, 400.0),
        "4 sizes in no order": _measured((1000, 250, 2000, 500), 12.0, 900.0, noise=0.3),
        "3 sizes": _measured((100, 300, 150), 0.8, 60.0),
        "8 sizes, a limit below 0": _measured(
            (20, 30, 40, 60, 80, 120, 160, 240), -0.7, 35.0, root=1.5, noise=0.05
        ),
        "6 sizes, two the same, values that rise": _measured(
            (600, 600, 150, 300, 200, 400), 40.0, -800.0, noise=0.5
        ),
    },
    mistakes=[
        Mistake(
            (
                _in(lambda n: n),
                _in(lambda n: n, pick=1),
            ),
            "The line is in n: the bias falls as 1/n, which is no line in n, and at n = 0, where you read it "
            "off, there are no samples at all.",
        ),
        Mistake(
            _in(lambda n: n**-0.5),
            "The line is in 1 / sqrt n, as noise falls: the bias of the Frechet distance falls as 1/n, and "
            "with the root in its place the line leads too far.",
        ),
        Mistake(
            (
                _in(lambda n: n**-2),
                _in(lambda n: n.log()),
                _in(lambda n: n.sqrt()),
            ),
            "The line is in something else than 1/n: the bias is a constant over n, and only in 1/n do the "
            "points lie on a line whose value at 0 is the limit.",
        ),
        Mistake(
            (
                lambda sizes, values: values[-1],
                lambda sizes, values: values[sizes.argmax()],
                lambda sizes, values: values[sizes.argmin()],
                lambda sizes, values: values[0],
                lambda sizes, values: values.min(),
                lambda sizes, values: values.max(),
            ),
            "This is one of the measured values: even the one of the most samples still has its bias, and a "
            "noise that a fit would average out.",
        ),
        Mistake(
            (
                lambda sizes, values: values.mean(),
                lambda sizes, values: values.median(),
                lambda sizes, values: (sizes * values).sum() / sizes.sum(),
                lambda sizes, values: (values / sizes).sum() / (1 / sizes).sum(),
            ),
            "This is an average of the measured values: each has a bias of the same sign, so their average "
            "has one too; a line has to carry them on to 1/n = 0.",
        ),
        Mistake(
            (
                _in(lambda n: 1 / n, pick=1),
                lambda sizes, values: -_line(1 / sizes.double(), values.double())[1],
            ),
            "This is the slope of the line: it tells how large the bias is at a given n. Its height at "
            "1/n = 0 is wanted, the intercept.",
        ),
        Mistake(
            (
                _origin(lambda x: 1.0),
                _origin(lambda x: 0.0),
                _origin(lambda x: x.mean()),
                _origin(lambda x: x.min()),
                lambda sizes, values: values.mean() - _origin(lambda x: x.mean())(sizes, values),
            ),
            "The slope is that of a line through the origin: such a line says that nothing is left at 1/n = "
            "0, and that height is just what is asked; fit two numbers, a column of ones beside 1/n.",
        ),
        Mistake(
            (
                _weighted(lambda n: n),
                _weighted(torch.sqrt),
                _weighted(torch.square),
                _weighted(torch.reciprocal),
                _weighted(lambda n: n**-2),
            ),
            "The points have weights: in plain least squares each counts the same; n times the residual, or "
            "a fit of n times value, is a weight too.",
        ),
        Mistake(
            (
                _at(lambda x: 1.0),
                _at(lambda x: x.min()),
                _at(lambda x: x.max()),
                _at(lambda x: 1 / x.min()),
                _at(lambda x: -x.mean()),
                _at(lambda x: 2 * x.mean()),
                _at(lambda x: x.mean() - 1 / (1 / x).mean()),
            ),
            "The line in 1/n is right, and it is read off in the wrong place (or put together "
            "wrongly): endless samples are at 1/n = 0, where only the intercept is left.",
        ),
        Mistake(
            (
                _through(torch.argmin, torch.argmax),
                _through(lambda n: 0, lambda n: len(n) - 1),
                _through(lambda n: len(n) - 2, lambda n: len(n) - 1),
                _through(lambda n: n.argsort()[-2], torch.argmax),
            ),
            "The line goes through two of the points and the others do not count: the noise of those two is "
            "carried on to 1/n = 0; least squares weighs all.",
        ),
        Mistake(
            (_sloped(lambda s: (s - 1) / s), _sloped(lambda s: s / (s - 1))),
            "The slope is a covariance over a variance, and one of them is divided by S and the other by "
            "S - 1: take sums for both, or the same divisor.",
        ),
        Mistake(
            _polynomial(2),
            "The curve is no line: with a square or more it follows the noise, and that is largest where it "
            "leaves the data, at 1/n = 0.",
        ),
        Mistake(
            (
                _logarithms,
                lambda sizes, values: _line(sizes.double().log(), values.double().log())[0].exp(),
                lambda sizes, values: 1 / _line(1 / sizes.double(), 1 / values.double())[0],
            ),
            "The values are changed before the fit: value = limit + constant / n is a line in the values as "
            "they are, and an estimate may even be negative.",
        ),
        Mistake(
            _turned,
            "The fit is the other way round, 1/n as a line in the value: least squares takes the noise to be "
            "in what stands on the left, and that is the value.",
        ),
    ],
    hints=[
        "If the bias is a constant over n, in which variable do the measured values lie on a line? And where "
        "on that axis are endless samples?",
        "Take 1 over the sizes for x. The line of least squares has a slope and an intercept: which of them "
        "is its height at x = 0?",
        "The slope is the sum of the products of both deviations from the mean, over the sum of the squared "
        "deviations of x; the line goes through the two means. (np.polyfit and torch.linalg.lstsq know it, "
        "too.)",
    ],
)
