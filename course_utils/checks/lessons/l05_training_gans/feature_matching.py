"""gan.feature_matching: a goal for the generator that stands still."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def feature_matching(real, fake):
    """Squared distance of the mean features: [N, F], [M, F] -> scalar (Salimans et al. 2016, 3.1)."""
    return (real.detach().mean(dim=0) - fake.mean(dim=0)).square().sum()


def _two_batches(n, m, f):
    return lambda rng: (torch.randn(n, f, generator=rng), 0.5 + 2 * torch.randn(m, f, generator=rng))


def _nearly_alike(rng):
    real = torch.randn(3, 4, generator=rng)
    return real, real.flip(0) + 0.01


def _rowwise(real, fake):
    """Squared differences of as many rows as both have."""
    rows = min(len(real), len(fake))
    return (real.detach()[:rows] - fake[:rows]).square()


exercise(
    "gan.feature_matching",
    reference=feature_matching,
    gradient=["fake", "real"],
    inputs={
        "6 real and 6 fake, 4 features": _two_batches(6, 6, 4),
        "3 real and 5 fake, 2 features": _two_batches(3, 5, 2),
        "1 real and 7 fake, 3 features": _two_batches(1, 7, 3),
        "4 real and 1 fake, 5 features": _two_batches(4, 1, 5),
        "3 real and 3 fake, means nearly alike": _nearly_alike,
    },
    mistakes=[
        Mistake(
            lambda real, fake: (real.mean(dim=0) - fake.mean(dim=0)).square().mean(),
            "You average over the features where the squared length of the difference is a sum: "
            "the loss gets weaker the wider D's layer is.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean(dim=0) - fake.mean(dim=0)).norm(),
            "This is the distance and not its square: its gradient has the same length however near you are, "
            "so G never comes to rest.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean(dim=0) - fake.mean(dim=0)).abs().sum(),
            "Absolute differences (L1) pull with the same force however near the means are, so G jitters "
            "about the goal; squares pull less and less.",
        ),
        Mistake(
            lambda real, fake: (real.detach()[:, None] - fake[None]).square().sum(dim=2).mean(),
            "You compare all pairs of points and average afterwards: the best answer to that is every fake "
            "at the mean of the data, which is collapse by design.",
        ),
        Mistake(
            (
                lambda real, fake: (real.detach() - fake).square().sum(dim=1).mean(),
                lambda real, fake: _rowwise(real, fake).sum(dim=1).mean(),
                lambda real, fake: _rowwise(real, fake).sum(),
                lambda real, fake: _rowwise(real, fake).mean(),
            ),
            "You compare the rows one by one, but no fake belongs to the real image of the same row: G is "
            "then drawn to the middle of the data, which is collapse by design; take the means first.",
        ),
        Mistake(
            lambda real, fake: (real.detach().mean() - fake.mean()).square(),
            "You average over the features too: one number is left for each batch, and G can match it with "
            "any image of the right brightness.",
        ),
        Mistake(
            lambda real, fake: -(real.detach().mean(dim=0) - fake.mean(dim=0)).square().sum(),
            "The sign is turned: G would move its mean features as far from the data's as it can.",
        ),
        Mistake(
            lambda real, fake: (real.detach().sum(dim=0) - fake.sum(dim=0)).square().sum(),
            "You sum over the batch where a mean is wanted: batches of different size can then never match, "
            "and the gradient grows with the square of the batch.",
        ),
        Mistake(
            lambda real, fake: (real.mean(dim=0) - fake.mean(dim=0)).square().sum(),
            "A gradient goes into the real features too: where D is not frozen it helps G by making real "
            "images look like fakes; the target must stand still, so detach it.",
        ),
    ],
    hints=[
        "Which axis is the batch? Average over it first, for each of the two on its own: what is left has "
        "shape [F].",
        "Take the difference of the two mean vectors, square, and add up over the features.",
        "The real features are a goal and not a player: cut the gradient there, but not at the fake ones.",
    ],
)
