"""start.kl: the Kullback-Leibler divergence of discrete distributions."""

import math

import torch
import torch.nn.functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l00_start_here._distributions import (
    certain_outcome,
    equal_outcomes,
    outcomes,
)


def kl(p, q):
    """KL(p || q) of discrete distributions in nats: p, q [K] -> scalar."""
    return torch.where(p > 0, p * (p / q).log(), torch.zeros_like(p)).sum()


def _kl_terms(p, q):
    return torch.where(p > 0, p * (p / q).log(), torch.zeros_like(p))


exercise(
    "start.kl",
    reference=kl,
    inputs={
        "5 outcomes": outcomes(5),
        "8 outcomes": outcomes(8),
        "a zero in p": outcomes(6, zero_in_p=[2]),
        "a zero in q where p has none": outcomes(3, zero_in_q=[1]),
        "an outcome that neither has": outcomes(6, zero_in_p=[1, 4], zero_in_q=[4]),
        "one outcome certain in p": certain_outcome(True, False),
        "one outcome certain in both": certain_outcome(True, True),
        "p equal to q": equal_outcomes,
    },
    mistakes=[
        Mistake(
            lambda p, q: kl(q, p),
            "This is KL(q || p), the reverse: a model fitted with it picks one mode of the data instead of "
            "covering all of them.",
        ),
        Mistake(
            lambda p, q: -kl(p, q),
            "The ratio in the logarithm is upside down, q / p for p / q, so the divergence comes out "
            "negative and whoever minimises it drives the model away from the data.",
        ),
        Mistake(
            (
                lambda p, q: (p / q).log().sum(),
                lambda p, q: torch.where(p > 0, (p / q).log(), torch.zeros_like(p)).sum(),
            ),
            "The weights p are missing: every outcome counts the same, however rarely it happens, so the sum "
            "is no longer an expectation under p and can turn negative.",
        ),
        Mistake(
            lambda p, q: (p * (p / q).log()).sum(),
            "Right until p has a zero: there 0 log 0 is NaN on a computer, and one empty bin turns the whole "
            "sum into NaN, where that term should count 0.",
        ),
        Mistake(
            lambda p, q: torch.where((p > 0) & (q > 0), p * (p / q).log(), torch.zeros_like(p)).sum(),
            "Terms where q is 0 are skipped, though p is not 0 there: that term is infinite, and leaving it "
            "out hides the worst mistake a model can make, to call impossible what happens.",
        ),
        Mistake(
            lambda p, q: kl(p, q) / math.log(2),
            "This is in bits, for the logarithm has base 2; in nats (base e) it is smaller by a factor "
            "0.693, and every number you compare it with in this course is in nats.",
        ),
        Mistake(
            lambda p, q: -torch.xlogy(p, q).sum(),
            "This is the cross-entropy: it is larger than the KL by the entropy of p, so it is not zero "
            "where p and q are equal, although the best q is the same.",
        ),
        Mistake(
            (
                lambda p, q: F.kl_div(q, p, reduction="sum"),
                lambda p, q: F.kl_div(p, q, reduction="sum"),
            ),
            "F.kl_div wants the logarithm of its first argument and gets the probabilities: what comes "
            "out is not 0 where p and q are equal, and a model that lowers it puts everything on one "
            "outcome.",
        ),
        Mistake(
            lambda p, q: _kl_terms(p, q).mean(),
            "The terms are averaged where they should be summed: p is the weight already, so the value "
            "shrinks with every outcome you add, even one that never happens.",
        ),
        Mistake(
            lambda p, q: F.kl_div(q.log(), p, reduction="sum"),
            "Right until an outcome has neither p nor q: there F.kl_div takes 0 times the logarithm of 0, "
            "which is NaN on a computer, and one bin that is empty in both turns the whole sum into NaN.",
        ),
        Mistake(
            (
                lambda p, q: (p * ((p + 1e-8) / (q + 1e-8)).log()).sum(),
                lambda p, q: torch.where(p > 0, p * (p / (q + 1e-8)).log(), torch.zeros_like(p)).sum(),
                lambda p, q: kl(p, q.clamp(min=1e-8)),
                lambda p, q: kl(p, q.clamp(min=1e-3)),
            ),
            "A small number keeps the ratio finite: a q that calls impossible what happens gets away with a "
            "few nats, and how many depends on the number that you chose; the divergence there is infinite.",
        ),
        Mistake(
            lambda p, q: torch.nan_to_num(p * (p / q).log()).sum(),
            "By nan_to_num you turn the infinities into the largest number too, and not only NaN into 0: "
            "where q is 0 and p is not, the divergence is infinite.",
        ),
        Mistake(
            (lambda p, q: kl(p.clamp(min=1e-3), q), lambda p, q: kl(p.clamp(min=1e-8), q)),
            "You raise p where it is 0: an outcome that never happens then counts, infinitely much where q "
            "knows that as well, although its term is 0.",
        ),
    ],
    hints=[
        "An expectation under p is a sum over outcomes, each weighted by p.",
        "What is weighted is the log of a ratio: how much more likely p finds the outcome than q does.",
        "Where p is 0 the term is 0, whatever the logarithm says: torch.where can choose between the two "
        "(torch.special.xlogy knows this rule as well).",
    ],
)
