"""wgan.earth_mover: the Wasserstein-1 distance of two sets of points on a line."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def earth_mover(x, y):
    """W1 of points x [N] and y [M] on a line, each set with mass 1 in equal shares: a scalar."""
    one = x.repeat_interleave(len(y)).sort().values
    other = y.repeat_interleave(len(x)).sort().values
    return (one - other).abs().mean()


def _points(n, m, shift=0.5, scale=2.0):
    def make(rng):
        return torch.randn(n, generator=rng), shift + scale * torch.randn(m, generator=rng)

    return make


def _end(last, x_repeat="repeat_interleave", y_repeat="repeat_interleave", down=False):
    """Both sets repeated and sorted, and then another end."""

    def wrong(x, y):
        one = getattr(x, x_repeat)(len(y)).sort().values
        other = getattr(y, y_repeat)(len(x)).sort(descending=down).values
        return last(one, other)

    return wrong


def _unsorted(x_repeat, y_repeat, sort=False):
    """Repeated, but sorted before that or not at all."""

    def wrong(x, y):
        x, y = (x.sort().values, y.sort().values) if sort else (x, y)
        return (getattr(x, x_repeat)(len(y)) - getattr(y, y_repeat)(len(x))).abs().mean()

    return wrong


def _cut(x, y):
    n = min(len(x), len(y))
    return (x.sort().values[:n] - y.sort().values[:n]).abs().mean()


def _padded(x, y):
    n = max(len(x), len(y))
    one, other = (F.pad(points.sort().values, (0, n - len(points))) for points in (x, y))
    return (one - other).abs().mean()


def _cut_first(x, y):
    n = min(len(x), len(y))
    return (x[:n].sort().values - y[:n].sort().values).abs().mean()


def _at_levels(count):
    """Quantiles between the points, at count(N, M) levels from 0 to 1."""

    def wrong(x, y):
        levels = torch.linspace(0, 1, count(len(x), len(y)), dtype=x.dtype)
        return (x.quantile(levels) - y.quantile(levels)).abs().mean()

    return wrong


def _of_cdfs(score, width=True):
    """A number made of the gap of the two CDFs: score(gap) over every piece of the line."""

    def wrong(x, y):
        edges = torch.cat([x, y]).sort().values
        below = [(one[None] <= edges[:-1, None]).to(x.dtype).mean(1) for one in (x, y)]
        gap = score(below[0] - below[1])
        return (gap * edges.diff()).sum() if width else gap.max()

    return wrong


def _nearest(x, y):
    return (x[:, None] - y[None]).abs().amin(1).mean()


def _by_indices(x, y):
    one = x.repeat_interleave(len(y)).sort().indices
    other = y.repeat_interleave(len(x)).sort().indices
    return (one - other).abs().to(x.dtype).mean()


exercise(
    "wgan.earth_mover",
    reference=earth_mover,
    batch=False,
    inputs={
        "5 points and 5": _points(5, 5),
        "4 points and 6": _points(4, 6),
        "7 points and 3 far to the left": _points(7, 3, shift=-8.0, scale=1.0),
        "1 point and 4": _points(1, 4),
        "8 points and 8 with the same mean": lambda rng: (
            lambda x: (x, 3 * (x - x.mean()).flip(0) + x.mean())
        )(torch.randn(8, generator=rng)),
        "6 points and 9": _points(6, 9, scale=0.3),
        "the same 5 points in another order": lambda rng: (lambda x: (x, x[[3, 0, 4, 2, 1]]))(
            torch.randn(5, generator=rng)
        ),
    },
    right=[
        lambda x, y: _of_cdfs(torch.abs)(x, y),
        lambda x, y: (
            (x.sort().values.repeat_interleave(len(y)) - y.sort().values.repeat_interleave(len(x)))
            .abs()
            .sum()
            / (len(x) * len(y))
        ),
    ],
    mistakes=[
        Mistake(
            (
                _end(lambda one, other: (one - other).mean().abs()),
                lambda x, y: (x.sum() / len(x) - y.sum() / len(y)).abs(),
            ),
            "The absolute value stands outside the mean, so what moves to the right cancels what moves to "
            "the left: this is the distance of the two means, which is 0 for two sets around one centre.",
        ),
        Mistake(
            (
                _end(lambda one, other: (one - other).mean()),
                _end(lambda one, other: (other - one).mean()),
            ),
            "The differences keep their signs: a cost is never negative, and earth that moves to the left "
            "would pay for what moves to the right; take absolute values before the mean.",
        ),
        Mistake(
            lambda x, y: (x.sort().values - y.sort().values).abs().mean(),
            "Two sets of different sizes cannot be paired one to one: each of the N points carries 1/N of "
            "the mass, so split them all, x into M parts each and y into N, before you sort.",
        ),
        Mistake(
            lambda x, y: (x - y).abs().mean(),
            "The points are paired in the order in which they come: that is some way to move the earth and "
            "not the cheapest, which on a line pairs them in sorted order.",
        ),
        Mistake(
            (
                _unsorted("repeat", "repeat", sort=True),
                _unsorted("repeat", "repeat"),
                _unsorted("repeat_interleave", "repeat", sort=True),
                _unsorted("repeat", "repeat_interleave", sort=True),
                _unsorted("repeat_interleave", "repeat"),
                _unsorted("repeat", "repeat_interleave"),
                lambda x, y: (x[:, None] - y[None]).abs().mean(),
            ),
            "The two lists are not paired in sorted order (repeat puts the whole list one after the other, "
            "and a table of all pairs sends every point everywhere), so the earth is spread over many "
            "targets; the cheapest plan needs both sorted.",
        ),
        Mistake(
            _unsorted("repeat_interleave", "repeat_interleave"),
            "Nothing is sorted: the shares are paired in the order in which the points come, and that costs "
            "more than the cheapest plan, which on a line moves the lowest to the lowest.",
        ),
        Mistake(
            _end(lambda one, other: (one - other).abs().mean(), down=True),
            "One list is sorted upwards and the other downwards: the lowest points go to the highest, which "
            "is the most expensive plan and not the cheapest.",
        ),
        Mistake(
            (_cut, _cut_first, _padded),
            "The longer set is cut to the length of the shorter one, or that one filled up with zeros: part "
            "of the mass is then left out, or made up, and the two sets are others than before.",
        ),
        Mistake(
            tuple(
                _at_levels(count)
                for count in (
                    lambda n, m: n,
                    lambda n, m: m,
                    lambda n, m: max(n, m),
                    lambda n, m: min(n, m),
                    lambda n, m: n * m,
                    lambda n, m: 100,
                    lambda n, m: 101,
                    lambda n, m: 1000,
                    lambda n, m: 1001,
                )
            ),
            "You interpolate between the points to make the lists equally long: no mass lies between the "
            "points, so split the points into equal shares (each into as many as the other set has points).",
        ),
        Mistake(
            (
                _end(lambda one, other: (one - other).square().mean()),
                _end(lambda one, other: (one - other).square().mean().sqrt()),
            ),
            "The distances are squared: that is W2 (or its square), for which one long way costs more than "
            "two of half the length; for W1 they cost the same, which is what makes the critic's slope 1.",
        ),
        Mistake(
            (
                _end(lambda one, other: (one - other).abs().sum()),
                lambda x, y: earth_mover(x, y) * len(x),
                lambda x, y: earth_mover(x, y) * len(y),
            ),
            "You sum where a mean is wanted: each share carries 1/(N M) of the mass, and a sum grows with "
            "the number of points though nothing has moved any further.",
        ),
        Mistake(
            (
                _of_cdfs(torch.square),
                lambda x, y: _of_cdfs(torch.square)(x, y).sqrt(),
                lambda x, y: 2 * _of_cdfs(torch.square)(x, y),
                lambda x, y: (2 * _of_cdfs(torch.square)(x, y)).sqrt(),
            ),
            "You integrate the squared gap between the CDFs: that is the Cramer (or energy) distance, where "
            "W1 is the plain area between them.",
        ),
        Mistake(
            _of_cdfs(torch.abs, width=False),
            "You take the largest gap between the CDFs (Kolmogorov and Smirnov's): like JS it does not say "
            "how far apart the points are; W1 is the area between the CDFs.",
        ),
        Mistake(
            (
                _nearest,
                lambda x, y: _nearest(y, x),
                lambda x, y: _nearest(x, y) + _nearest(y, x),
                lambda x, y: (_nearest(x, y) + _nearest(y, x)) / 2,
            ),
            "Every point goes to its nearest neighbour: many may then crowd on one target, which holds only "
            "its own share, so this is less than any plan costs; a collapsed generator would look fine.",
        ),
        Mistake(
            lambda x, y: x.sort() - y.sort(),
            "A sort gives back two things, the sorted values and where they were: go on with the values.",
        ),
        Mistake(
            _by_indices,
            "You go on with the places that sort gives back (its second part), which say where a point "
            "stood in the list and not where it stands on the line: take the values.",
        ),
        Mistake(
            lambda x, y: (x.median() - y.median()).abs(),
            "You compare the middle of one set with the middle of the other: W1 sees all of the mass, and is "
            "0 only where the two sets agree everywhere.",
        ),
    ],
    hints=[
        "On a line there is always a cheapest plan in which no two ways cross: the lowest share of one set "
        "goes to the lowest of the other, and so on upwards.",
        "Where the sizes differ, cut every point into equal shares: each point of x into M of them, each of "
        "y into N. Then both lists have N M entries of the same mass.",
        "repeat_interleave makes the shares and sort puts each list in order. What is left is the mean of a "
        "distance: mind where the absolute value stands.",
    ],
)
