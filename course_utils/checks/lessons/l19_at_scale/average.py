"""scale.average: the gradients of several ranks as that of the one large batch."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def average(gradients, counts):
    """The large batch's gradient [...]; gradients [R, ...]: each rank's mean over its counts[r] rows."""
    shares = counts / counts.sum()
    return torch.tensordot(shares.to(gradients.dtype), gradients, dims=1)


def _ranks(shape, counts, spread=1.0):
    """A maker of gradients that differ from rank to rank, and of their counts."""

    def make(rng):
        common = torch.randn(shape, generator=rng)
        own = torch.randn(len(counts), *shape, generator=rng)
        return common + spread * own, torch.tensor(counts)

    return make


def _weighted(weights):
    """The sum over the ranks with other weights: weights(counts) [R]."""

    def wrong(gradients, counts):
        each = weights(counts.double()).to(gradients.dtype)
        return (each.reshape(-1, *[1] * (gradients.ndim - 1)) * gradients).sum(0)

    return wrong


def _by_last_axis(gradients, counts):
    return gradients.flatten(1).mean(1)


exercise(
    "scale.average",
    reference=average,
    inputs={
        "2 ranks with 5 and 3 rows": _ranks((4, 3), [5, 3]),
        "3 ranks with 1, 8 and 3 rows": _ranks((6,), [1, 8, 3], 2.0),
        "4 ranks with as many rows each": _ranks((3, 2, 5), [7, 7, 7, 7]),
        "5 ranks, one without any row": _ranks((2, 7), [4, 4, 0, 3, 4]),
        "6 ranks, the last with few rows": _ranks((1,), [32, 32, 32, 32, 32, 5], 3.0),
        "1 rank": _ranks((3, 4), [9]),
    },
    mistakes=[
        Mistake(
            (lambda g, n: g.sum(0), _weighted(torch.ones_like)),
            "This is the sum over the ranks: with R of them every step is R times as long as the large "
            "batch's, as if the learning rate had been raised with each machine.",
        ),
        Mistake(
            (lambda g, n: g.mean(0), _weighted(lambda n: torch.full_like(n, 1 / len(n)))),
            "Every rank weighs the same, however few rows it has: that is what all_reduce with a mean does, "
            "and it is right only where the shares are equal; a rank with one row would count as much as one "
            "with eight.",
        ),
        Mistake(
            (_weighted(lambda n: n), _weighted(lambda n: n / len(n))),
            "The means are turned into sums and added, but the whole is not divided by the number of all "
            "rows: divide by the sum of counts, or the step grows with the batch.",
        ),
        Mistake(
            (_weighted(lambda n: 1 / n.sum() + 0 * n), _weighted(lambda n: 1 / n.clamp(min=1))),
            "The gradients are divided by a number of rows once more: each is a mean over its rows already; "
            "multiply it by its own count first.",
        ),
        Mistake(
            _weighted(lambda n: n / n.sum() / len(n)),
            "You divide by the number of ranks as well: the shares of the counts add up to 1 already.",
        ),
        Mistake(
            (
                _weighted(lambda n: (1 / n.clamp(min=1)) / (1 / n.clamp(min=1)).sum()),
                _weighted(lambda n: (n.sum() - n) / n.sum()),
            ),
            "The ranks with few rows weigh most: the weights stand upside down.",
        ),
        Mistake(
            (lambda g, n: g[0] + 0, _weighted(lambda n: (torch.arange(len(n)) == 0).double())),
            "This is rank 0's gradient alone: what the others computed is thrown away, and the batch is no "
            "larger than one rank's.",
        ),
        Mistake(
            lambda g, n: g[-1] + 0,
            "This is the last rank's gradient alone: what the others computed is thrown away.",
        ),
        Mistake(
            lambda g, n: g[n.argmax()] + 0,
            "You take the gradient of the rank with the most rows: the others' rows are in the large batch, "
            "too.",
        ),
        Mistake(
            _weighted(lambda n: n / n.max()),
            "You divide by the largest count and not by the sum of all: the weights must add up to 1.",
        ),
        Mistake(
            (
                _weighted(lambda n: n.sqrt() / n.sqrt().sum()),
                _weighted(lambda n: n.square() / n.square().sum()),
            ),
            "The weights go with another power of the counts: the large batch's mean gives every row the "
            "same weight, so a rank's is its share of the rows.",
        ),
        Mistake(
            _weighted(lambda n: n.softmax(0)),
            "A softmax is no share: of 5 and 3 rows it makes 0.88 and 0.12, and not 5/8 and 3/8.",
        ),
        Mistake(
            _weighted(lambda n: (n > 0).double() / (n > 0).sum()),
            "You leave out ranks without rows and weigh the others alike: each counts as its rows do.",
        ),
        Mistake(
            lambda g, n: g.median(0).values,
            "A median is not the mean: the large batch's gradient is the mean over all rows.",
        ),
        Mistake(
            _by_last_axis,
            "You average over the entries of each gradient: the ranks are the first axis, and what comes out "
            "has the shape of one gradient.",
        ),
    ],
    hints=[
        "Write the large batch's gradient as a sum over all rows, divided by their number. Which rows does a "
        "rank have in that sum?",
        "A rank's mean times its count is the sum over its rows. What must the sum of these be divided by?",
        "With shares that add up to 1, one for each rank, it is a weighted sum over the first axis.",
    ],
)
