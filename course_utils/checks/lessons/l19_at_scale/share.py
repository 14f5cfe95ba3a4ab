"""scale.share: the rows of a batch that belong to one of several ranks."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def share(rows, rank, ranks):
    """The rows of one rank: rows [B] of the global batch, cut in order into parts that differ by 1 at most.

    The first ranks have the larger parts. Every row belongs to exactly one rank: none twice, none dropped.
    """
    small, left = divmod(len(rows), ranks)
    start = rank * small + min(rank, left)
    return rows[start : start + small + (rank < left)]


def _rows(n, rank, ranks):
    """A maker of the row numbers of a batch, as a shuffled epoch has them."""

    def make(rng):
        return torch.randperm(3 * n + 5, generator=rng)[:n], rank, ranks

    return make


def _ceil(n, ranks):
    return -(-n // ranks)


def _padded(rows, rank, ranks):
    """As torch's DistributedSampler: rows from the beginning again until the parts are equal."""
    size = _ceil(len(rows), ranks)
    again = torch.cat([rows] * 2)[: size * ranks]
    return again[rank * size : (rank + 1) * size]


def _padded_in_turns(rows, rank, ranks):
    size = _ceil(len(rows), ranks)
    return torch.cat([rows] * 2)[: size * ranks][rank::ranks]


def _chunk(rows, rank, ranks):
    size = _ceil(len(rows), ranks)
    return rows[rank * size : (rank + 1) * size]


def _dropped(rows, rank, ranks):
    size = len(rows) // ranks
    return rows[rank * size : (rank + 1) * size]


def _last_takes_the_rest(rows, rank, ranks):
    size = len(rows) // ranks
    return rows[rank * size :] if rank == ranks - 1 else rows[rank * size : (rank + 1) * size]


def _last_ones_larger(rows, rank, ranks):
    sizes = [len(rows[one::ranks]) for one in reversed(range(ranks))]
    return rows.split(sizes)[rank]


def _shuffled(rows, rank, ranks):
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(rank))
    return share(rows[order], rank, ranks)


exercise(
    "scale.share",
    reference=share,
    batch=False,
    inputs={
        "10 rows, rank 0 of 4": _rows(10, 0, 4),
        "10 rows, rank 1 of 4": _rows(10, 1, 4),
        "10 rows, rank 3 of 4": _rows(10, 3, 4),
        "12 rows, rank 2 of 3": _rows(12, 2, 3),
        "11 rows, rank 1 of 3": _rows(11, 1, 3),
        "9 rows, rank 4 of 5": _rows(9, 4, 5),
        "13 rows, rank 2 of 6": _rows(13, 2, 6),
        "7 rows, the only rank": _rows(7, 0, 1),
    },
    accepted=[
        Accepted(
            lambda rows, rank, ranks: rows[rank::ranks],
            "You deal the rows out like cards, where the text cuts them into parts: every row is there once "
            "as well, and the large batch's gradient is the same; a run must only stay with one way.",
        ),
    ],
    mistakes=[
        Mistake(
            (_padded, _padded_in_turns),
            "Rows come twice, so that all parts are equal: the first rows of the batch then weigh twice as "
            "much as the others, and the average is no longer the large batch's gradient.",
        ),
        Mistake(
            (_dropped, lambda rows, rank, ranks: rows[: len(rows) // ranks * ranks][rank::ranks]),
            "The rest of the division is dropped: those rows are never seen in this epoch, and the batch is "
            "smaller than was asked for.",
        ),
        Mistake(
            _chunk,
            "The parts are rounded up, so that the last rank has few rows, or none at all, while the others "
            "wait for nothing: parts should differ by 1 at most (torch.chunk does this, torch.tensor_split "
            "does not).",
        ),
        Mistake(
            _last_takes_the_rest,
            "The last rank takes all of the rest, up to ranks - 1 rows more than the others, and all wait "
            "for it at every step: give the first ranks one more each.",
        ),
        Mistake(
            (lambda rows, rank, ranks: rows.clone(), lambda rows, rank, ranks: rows[: len(rows)]),
            "Every rank has the whole batch: all of them compute the same, and nothing is gained.",
        ),
        Mistake(
            (
                lambda rows, rank, ranks: share(rows, 0, ranks),
                lambda rows, rank, ranks: rows[: _ceil(len(rows), ranks)],
            ),
            "Every rank has rank 0's part: the ranks compute the same, and the other rows are never seen.",
        ),
        Mistake(
            lambda rows, rank, ranks: share(torch.arange(len(rows)), rank, ranks),
            "These are places in the batch and not the rows that stand there: take the entries of `rows`, or "
            "the shuffle is lost.",
        ),
        Mistake(
            _shuffled,
            "Each rank shuffles the batch in a way of its own before it takes its part: parts of different "
            "orders overlap, and some rows are in none.",
        ),
        Mistake(
            (
                lambda rows, rank, ranks: share(rows, rank, ranks).sort().values,
                lambda rows, rank, ranks: share(rows.sort().values, rank, ranks),
            ),
            "The rows are sorted: they stand in the order of the epoch's shuffle, which batches keep.",
        ),
        Mistake(
            (
                lambda rows, rank, ranks: share(rows, (rank + 1) % ranks, ranks),
                lambda rows, rank, ranks: share(rows, ranks - 1 - rank, ranks),
            ),
            "This is another rank's part: ranks count from 0, and rank 0 has the first rows.",
        ),
        Mistake(
            lambda rows, rank, ranks: share(rows.flip(0), rank, ranks),
            "The batch is taken from its end: rank 0 has the first rows, in their order.",
        ),
        Mistake(
            _last_ones_larger,
            "The last ranks have the larger parts: as even, but the text gives them to the first ones, and "
            "all ranks must agree on one way, or some rows come twice.",
        ),
        Mistake(
            lambda rows, rank, ranks: rows[rank * len(rows) // ranks : (rank + 1) * len(rows) // ranks],
            "You cut at rank B / R, rounded down: as even, and many loops do so, but the larger parts are "
            "then spread over the ranks, where the text gives them to the first; all ranks must agree.",
        ),
    ],
    hints=[
        "With 10 rows and 4 ranks the parts have 3, 3, 2 and 2 rows. How does that follow from 10 divided by "
        "4, with what is left over?",
        "Where a part begins: after the parts of all ranks before it, of which some have one row more.",
        "divmod gives the small size and how many ranks have one more; torch.tensor_split cuts in the same "
        "way.",
    ],
)
