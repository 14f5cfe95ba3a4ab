"""gan.optimal_discriminator: the best answer to two known densities."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l04_the_minimax_game._densities import bell, boxes, narrow, ratio


def optimal_discriminator(p, q):
    """p / (p + q), and 1/2 where both are 0: densities [N] at the same points -> [N]."""
    seen = p + q > 0
    return torch.where(seen, p / torch.where(seen, p + q, 1.0), 0.5)


def _bells(n, scale=1.0):
    def make(rng):
        line = torch.linspace(-3, 3, n)
        shift = torch.rand(2, generator=rng)
        return scale * bell(line, shift[0] - 1, 0.8), scale * bell(line, shift[1], 1.1)

    return make


def _padded(small):
    """The ways to keep from 0 / 0 with a small number."""
    return (
        lambda p, q: p / (p + q + small),
        lambda p, q: p / (p + q).clamp(min=small),
        lambda p, q: (p + small) / (p + q + small),
        lambda p, q: (p + small) / (p + q + 2 * small),
    )


exercise(
    "gan.optimal_discriminator",
    reference=optimal_discriminator,
    inputs={
        "two bells at 7 points": _bells(7),
        "two bells far out, densities of about 1e-13, at 9 points": _bells(9, scale=1e-13),
        "two boxes apart, with empty points": boxes,
        "one point": _bells(1),
        "two narrow bells, densities up to 10, at 8 points": lambda rng: narrow(8),
    },
    mistakes=[
        Mistake(
            (
                lambda p, q: ratio(q, p + q),
                lambda p, q: q / (p + q),
                lambda p, q: (q / (p + q)).nan_to_num(),
                lambda p, q: q / (p + q).clamp(min=1e-30),
            ),
            "This is q / (p + q), the probability of a fake: D says how probable *real* is, so with this "
            "one G would be rewarded for points that the data never has.",
        ),
        Mistake(
            (
                lambda p, q: p / q,
                lambda p, q: torch.where(q > 0, p / torch.where(q > 0, q, 1.0), 0.5),
                lambda p, q: (p / q).nan_to_num(nan=0.5),
            ),
            "This is p / q, the odds: between 0 and infinity, and no probability; D is odds over one more "
            "than the odds, and log(1 - D) needs it to stay below 1.",
        ),
        Mistake(
            lambda p, q: p / (p + q),
            "Right where there is something, and 0 / 0 where both densities are 0: the NaN of one empty "
            "point turns every sum over the grid into NaN; give 1/2 there.",
        ),
        Mistake(
            tuple(form for small in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12) for form in _padded(small)),
            "The small number that keeps you from 0 / 0 is not small out there, where both densities are "
            "tiny: D* is a ratio, and it is as sure of itself in the tails as in the middle.",
        ),
        Mistake(
            (
                lambda p, q: (p > q).to(p.dtype),
                lambda p, q: torch.where(p == q, 0.5, (p > q).to(p.dtype)),
            ),
            "This only says which of the two is larger: the best *decision*, yes, but V asks for a "
            "probability, and a D of 0 or 1 costs infinitely much where it is wrong once.",
        ),
        Mistake(
            (lambda p, q: ratio(2 * p, p + q), lambda p, q: 2 * p / (p + q)),
            "You divide by the mixture, half of p + q: the result is 2 D*, which reaches 2 where there are "
            "no fakes; that ratio stands in the KL to the mixture, and not in D.",
        ),
        Mistake(
            lambda p, q: torch.sigmoid(p - q),
            "The logit of D* is the difference of the *log* densities: with the densities themselves D is "
            "near 1/2 wherever both are small, and G learns nothing in the tails.",
        ),
        Mistake(
            (
                lambda p, q: p.log() - q.log(),
                lambda p, q: (p / q).log(),
                lambda p, q: (p + 1e-8).log() - (q + 1e-8).log(),
                lambda p, q: (p + 1e-12).log() - (q + 1e-12).log(),
                lambda p, q: torch.where(p + q > 0, p.log() - q.log(), 0.0),
                lambda p, q: torch.where(p + q > 0, p.log() - q.log(), 0.5),
            ),
            "This is log p - log q, the *logit* of D*, and the sigmoid is still to come: the logit is "
            "negative where fakes are likelier, and the log D of the game is NaN there.",
        ),
        Mistake(
            tuple(
                lambda p, q, edge=edge, form=form: form(p, p + q).clamp(edge, 1 - edge)
                for edge in (1e-4, 1e-3, 0.01, 0.05)
                for form in (ratio, lambda top, bottom: top / bottom.clamp(min=1e-12))
            ),
            "You keep D away from 0 and 1: where only one of the two densities is there the best D is sure, "
            "and what you cut off is missing from V and from the divergence that G is to lower.",
        ),
        Mistake(
            lambda p, q: torch.full_like(p, 0.5),
            "This says 1/2 everywhere, which is the best only where p = q, at the end of the game: against "
            "such a D every G has the same value, -log 4, and none has a reason to move.",
        ),
        Mistake(
            (lambda p, q: (p / (p + q)).nan_to_num(), lambda p, q: p / (p + q).clamp(min=1e-30)),
            "Right where there is something, but an empty point gets 0: D is then sure of a fake where it "
            "knows nothing, and the log D of that point is minus infinity; give 1/2 there.",
        ),
    ],
    hints=[
        "Look at line 4 of the derivation above. Which of the two densities stands on top?",
        "Then see to the empty points: torch.where(condition, this, that) chooses for each point.",
        "torch.where computes both branches, so a 0 / 0 in the branch that is not taken does no harm to the "
        "value. The condition asks whether there is any density at all.",
    ],
)
