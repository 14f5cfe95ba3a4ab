"""scale.rank_seed: a seed for every rank of every run, so that no two draw the same noise."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def rank_seed(seeds, ranks):
    """Seeds of generators: of runs with the seeds [N] and ranks [N] below 1,000,000, whole numbers -> [N]."""
    return seeds * 1_000_003 + ranks


def _table(runs, ranks):
    """A maker of every pair of runs and ranks (how many, or which), in any order, each twice."""

    def make(rng):
        each = [torch.arange(n) if isinstance(n, int) else torch.tensor(n) for n in (runs, ranks)]
        pairs = torch.cartesian_prod(*each).repeat(2, 1)
        pairs = pairs[torch.randperm(len(pairs), generator=rng)]
        return pairs[:, 0].contiguous(), pairs[:, 1].contiguous()

    return make


def _kinds(values):
    return float(len(set(values.tolist())))


def _streams(found, seeds, ranks):
    """How many streams there are: in all, in a run, of a rank; below 0; and for one pair."""
    pairs = seeds * 10**7 + ranks
    own = [_kinds(found[pairs == one]) for one in pairs.unique()]
    return {
        "number of different seeds": _kinds(found),
        "number of different seeds in one run": _mean(found, seeds),
        "number of different seeds of one rank over the runs": _mean(found, ranks),
        "number of seeds below 0": float((found < 0).sum()),
        "number of seeds that one rank of one run is given": sum(own) / len(own),
    }


def _mean(found, by):
    each = [_kinds(found[by == one]) for one in by.unique()]
    return sum(each) / len(each)


def _summary(output, seeds, ranks):
    found = torch.as_tensor(output)
    measured = _streams(found, seeds, ranks)
    return measured if found.isfinite().all() else dict.fromkeys(measured, torch.nan)


def _expected(seeds, ranks):
    return _streams(seeds * 10**7 + ranks, seeds, ranks)


exercise(
    "scale.rank_seed",
    reference=rank_seed,
    batch=False,
    summary=_summary,
    expected=_expected,
    tolerance=1e-3,
    inputs={
        "6 runs on 4 ranks": _table(6, 4),
        "3 runs on 16 ranks": _table(3, 16),
        "20 runs on 2 ranks": _table(20, 2),
        "1 run on 7 ranks": _table(1, 7),
        "runs with the seeds that people take, on 12 ranks": _table(
            [0, 1, 2, 7, 10, 42, 100, 123, 1_000, 1_001, 1_234, 2_024, 10_000, 100_000], 12
        ),
        "2 runs on 300 ranks": _table(2, 300),
        "seeds and ranks up to 999,999": _table(
            [0, 1, 2, 1_000, 500_000, 999_998, 999_999], [0, 1, 2, 1_000, 500_000, 999_998, 999_999]
        ),
    },
    mistakes=[
        Mistake(
            (lambda s, r: s.clone(), lambda s, r: s * 1_000_003),
            "Every rank of a run draws the same noise: the batch is R times as large, and the noise in it "
            "the same R times over, so that less is learned from it than it costs.",
        ),
        Mistake(
            (lambda s, r: r.clone(), lambda s, r: 42 + r, lambda s, r: r * 1_000_003),
            "The run's seed is not used: all runs draw the same noise, and two of them say nothing about "
            "chance.",
        ),
        Mistake(
            (lambda s, r: s + r, lambda s, r: s + r + 1, lambda s, r: s - r),
            "Rank 1 of this run draws what rank 0 of the run with the next seed draws: people number their "
            "runs 0, 1, 2, so runs that should be independent share most of their noise.",
        ),
        Mistake(
            (
                lambda s, r: s * r,
                lambda s, r: s * (r + 1),
                lambda s, r: (s + 1) * (r + 1),
                lambda s, r: s * r + r,
                lambda s, r: s * r + s,
            ),
            "The two are multiplied with each other, which gives the same for other pairs as well: 2 times 3 "
            "is 3 times 2, and with a 0 nothing is left.",
        ),
        Mistake(
            (lambda s, r: s ^ r, lambda s, r: s | r, lambda s, r: s & r),
            "Joining the bits of two small numbers gives the same for many pairs: one of them must be moved "
            "out of the other's way first.",
        ),
        Mistake(
            (
                *(lambda s, r, k=k: k * s + r for k in (2, 3, 10)),
                *(lambda s, r, k=k: s + k * r for k in (2, 10)),
            ),
            "The factor is small: the ranks of one run reach into the next run's seeds, or the seeds into "
            "the next rank's; take a factor above any number of ranks.",
        ),
        Mistake(
            (
                lambda s, r: -(s * 1_000_003 + r),
                lambda s, r: s * 1_000_003 - r,
                lambda s, r: r - s * 1_000_003,
            ),
            "Some seeds are below 0: they differ as they should, but most generators (this course's loop and "
            "NumPy among them) take no seed below 0.",
        ),
        Mistake(
            (
                *(lambda s, r, k=k: k * s + r for k in (100, 128, 256)),
                *(lambda s, r, k=k: s + k * r for k in (100, 1_000, 1_234, 10_000, 100_000)),
            ),
            "The factor is too small, if by little: with several hundred ranks, or with seeds of several "
            "digits, two pairs meet in one number; what is multiplied must be moved beyond all of the other.",
        ),
        Mistake(
            (
                lambda s, r: torch.arange(len(s)),
                lambda s, r: s * 1_000_003 + r + 10**12 * torch.arange(len(s)),
            ),
            "One rank of one run is given another seed each time that it is asked for: the seed must follow "
            "from the run's seed and the rank alone, or nothing can be repeated.",
        ),
        Mistake(
            (lambda s, r: torch.zeros_like(s), lambda s, r: torch.full_like(s, 42)),
            "All ranks of all runs have one seed.",
        ),
        Mistake(
            (lambda s, r: s * 1_000_003 + r // 2, lambda s, r: s * 1_000_003 + r % 2),
            "Some ranks of a run still share a seed: it must differ for each of them.",
        ),
    ],
    hints=[
        "Think of a table with a row for each run and a column for each rank: which numbers can be put into "
        "it so that none comes twice?",
        "Adding the two repeats numbers along the diagonals of the table. What if each row began far beyond "
        "the end of the last?",
        "Multiply the run's seed by a number larger than any number of ranks, and add the rank.",
    ],
)
