"""gan.minibatch_features: how like the others each row of a batch is."""

import torch

from course_utils.checks.engine.registry import Accepted, Mistake, exercise


def minibatch_features(h, kernel):
    """Likeness of each row to the others: h [B, F], kernel [F, K, R] -> [B, K] (Salimans et al. 2016)."""
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    near = torch.exp(-(m[:, None] - m[None]).abs().sum(dim=3))
    return near.sum(dim=1) - 1


def _rows(batch, features, kernels, rank, copies=0):
    def make(rng):
        h = torch.randn(batch, features, generator=rng)
        h[batch - copies :] = h[0]
        return h, 0.3 * torch.randn(features, kernels, rank, generator=rng)

    return make


def _near(h, kernel, distance=lambda d: d.abs().sum(dim=3)):
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    return torch.exp(-distance(m[:, None] - m[None]))


def _each_apart(h, kernel):
    """The likeness of each of the R numbers by itself: [B, B, K, R]."""
    m = torch.einsum("bf,fkr->bkr", h, kernel)
    return torch.exp(-(m[:, None] - m[None]).abs())


exercise(
    "gan.minibatch_features",
    reference=minibatch_features,
    gradient=["h", "kernel"],
    inputs={
        "5 rows of 4 features, 3 kernels of 2": _rows(5, 4, 3, 2),
        "4 rows of 3 features, 2 kernels of 5": _rows(4, 3, 2, 5),
        "6 rows of 2 features, three of them alike": _rows(6, 2, 4, 3, copies=2),
        "a single row": _rows(1, 3, 2, 4),
        "9 rows of 2 features, eight of them alike": _rows(9, 2, 3, 2, copies=7),
        "3 rows of small features, large kernels": lambda rng: (
            0.02 * torch.randn(3, 4, generator=rng),
            8 * torch.randn(4, 2, 3, generator=rng),
        ),
        "2 rows far apart": lambda rng: (
            40 * torch.randn(2, 5, generator=rng),
            torch.randn(5, 3, 2, generator=rng),
        ),
    },
    accepted=[
        Accepted(
            lambda h, kernel: _near(h, kernel).sum(dim=1),
            "Each row's likeness to itself, always 1, is still in your sum, as in the paper's formula: "
            "a constant that the next layer's bias takes up.",
        ),
    ],
    mistakes=[
        Mistake(
            (
                lambda h, kernel: _near(h, kernel).mean(dim=1),
                lambda h, kernel: (_near(h, kernel).sum(dim=1) - 1) / (len(h) - 1),
                lambda h, kernel: (_near(h, kernel).sum(dim=1) - 1) / len(h),
            ),
            "You average over the batch where a sum is wanted: one near copy among many rows then hardly "
            "shows, and the feature fades as the batch grows.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.square().sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.square().sum(dim=3)).sum(dim=1),
                lambda h, kernel: _near(h, kernel, lambda d: d.norm(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.norm(dim=3)).sum(dim=1),
            ),
            "You take the Euclidean distance or its square where the sum of absolute differences is wanted: "
            "rows at a middle distance then count for another amount, and D sees copies from farther or "
            "less.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: -d.abs().sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: -d.abs().sum(dim=3)).sum(dim=1),
            ),
            "The minus in the exponent is missing: rows that are far apart count for most, without limit, so "
            "one outlier drowns all copies, and a large batch overflows.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel).log().neg().sum(dim=1),
                lambda h, kernel: _near(h, kernel).log().sum(dim=1),
            ),
            "The exponential is missing: a sum of distances says how far away the rest is, and one copy "
            "among fifty different rows does not show in it; a sum of likenesses counts the copies.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.abs().mean(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.abs().mean(dim=3)).sum(dim=1),
            ),
            "You average over r where the absolute differences are added up: all rows then look more alike "
            "than they are, and a copy stands out less.",
        ),
        Mistake(
            (
                lambda h, kernel: _near(h, kernel, lambda d: d.sum(dim=3)).sum(dim=1) - 1,
                lambda h, kernel: _near(h, kernel, lambda d: d.sum(dim=3)).sum(dim=1),
            ),
            "The absolute values are missing: differences of opposite sign cancel, and of two different rows "
            "one finds the other more than like itself, without limit.",
        ),
        Mistake(
            tuple(
                lambda h, kernel, own=own: _each_apart(h, kernel).sum(dim=(1, 3)) - own(kernel)
                for own in (lambda kernel: 0, lambda kernel: 1, lambda kernel: kernel.shape[2])
            ),
            "The exponential stands inside the sum over r: two rows then count as alike as soon as one of "
            "the R numbers is near, so rows that differ in all the others still look like copies.",
        ),
        Mistake(
            lambda h, kernel: torch.stack([_near(h, kernel).sum(dim=(1, 2))] * kernel.shape[1], dim=1),
            "You add up over the kernels too: each kernel looks for a likeness of its own kind, and D needs "
            "them apart to know which kind it was.",
        ),
        Mistake(
            (
                lambda h, kernel: minibatch_features(h.detach(), kernel),
                lambda h, kernel: _near(h, kernel).sum(dim=1).detach() + 0 * kernel.sum(),
            ),
            "The rows are detached: D then sees the copies, but no gradient tells G in which direction its "
            "samples should move apart.",
        ),
    ],
    hints=[
        "First a matrix for each row: h times the kernel gives M of shape [B, K, R]. Which function of numpy "
        "and torch takes 'bf,fkr->bkr'?",
        "With axes of size 1 put in, M[:, None] and M[None] subtract to [B, B, K, R]. Absolute values, "
        "summed over R, and exp of minus that: [B, B, K].",
        "Add up over one of the two batch axes; each row is exactly 1 like itself, take that off.",
    ],
)
