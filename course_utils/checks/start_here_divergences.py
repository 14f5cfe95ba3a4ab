"""The exercises of notebook 00, Start here: divergences."""

import math

import torch
import torch.nn.functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def kl(p, q):
    """KL(p || q) of discrete distributions in nats: p, q [K] -> scalar."""
    return torch.where(p > 0, p * (p / q).log(), torch.zeros_like(p)).sum()


def _outcomes(size, zero_in_p=(), zero_in_q=()):
    """A maker of two random distributions over so many outcomes, with zeros where asked."""

    def make(rng):
        p, q = torch.softmax(torch.randn(2, size, generator=rng), dim=1)
        p[list(zero_in_p)] = 0
        q[list(zero_in_q)] = 0
        return p / p.sum(), q / q.sum()

    return make


def _equal(rng):
    p = torch.softmax(torch.randn(4, generator=rng), dim=0)
    return p, p.clone()


def _kl_terms(p, q):
    return torch.where(p > 0, p * (p / q).log(), torch.zeros_like(p))


exercise(
    "start.kl",
    reference=kl,
    inputs={
        "5 outcomes": _outcomes(5),
        "8 outcomes": _outcomes(8),
        "a zero in p": _outcomes(6, zero_in_p=[2]),
        "a zero in q where p has none": _outcomes(3, zero_in_q=[1]),
        "p equal to q": _equal,
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
            lambda p, q: (p / q).log().sum(),
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
    ],
    hints=[
        "An expectation under p is a sum over outcomes, each weighted by p.",
        "What is weighted is the log of a ratio: how much more likely p finds the outcome than q does.",
        "Where p is 0 the term is 0, whatever the logarithm says: torch.where can choose between the two "
        "(torch.special.xlogy knows this rule as well).",
    ],
)


def js(p, q):
    """Jensen-Shannon divergence in nats (Lin 1991): p, q [K] -> scalar in [0, log 2]."""
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def _js_without_zeros(p, q):
    m = (p + q) / 2
    return ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2


def _to_middle(p, q):
    return kl(p, (p + q) / 2)


exercise(
    "start.js",
    reference=js,
    inputs={
        "5 outcomes": _outcomes(5),
        "8 outcomes": _outcomes(8),
        "supports that do not meet": _outcomes(4, zero_in_p=[0, 1], zero_in_q=[2, 3]),
        "p equal to q": _equal,
    },
    mistakes=[
        Mistake(
            lambda p, q: (kl(p, p + q) + kl(q, p + q)) / 2,
            "The middle is p + q without its half, as one source lecture prints it: that sums to 2 and is no "
            "distribution, and the value comes out log 2 too low, so equal p and q get -0.693.",
        ),
        Mistake(
            lambda p, q: 2 * js(p, q),
            "The two KLs stand without their halves, as one source lecture prints them: the value is "
            "doubled, and its ceiling becomes 2 log 2 = 1.386 where the course says log 2 = 0.693.",
        ),
        Mistake(
            lambda p, q: (kl((p + q) / 2, p) + kl((p + q) / 2, q)) / 2,
            "The KLs run the wrong way, from the middle to p and q: wherever p or q is 0 that is infinite, "
            "and the bound of log 2, for which one takes JS, is lost.",
        ),
        Mistake(
            (lambda p, q: _to_middle(p, q) / 2, lambda p, q: _to_middle(q, p) / 2),
            "One of the two terms is missing: the value is about half of what it should be, and it is no "
            "longer the same when p and q trade places.",
        ),
        Mistake(
            (_to_middle, lambda p, q: _to_middle(q, p)),
            "This is one KL to the middle alone, with no half: it looks about right, but it changes when p "
            "and q trade places, and JS is the mean of both KLs just so that it does not.",
        ),
        Mistake(
            lambda p, q: js(p, q).clamp(min=0).sqrt(),
            "The root of it is the Jensen-Shannon distance: that is a metric, but its ceiling is 0.833 "
            "instead of log 2, and it is not what an optimal discriminator measures later.",
        ),
        Mistake(
            (lambda p, q: (kl(p, q) + kl(q, p)) / 2, lambda p, q: kl(p, q) + kl(q, p)),
            "The KLs go from p to q and back, not to a middle: that is symmetric too (Jeffreys), but it is "
            "infinite as soon as one of them has an outcome that the other lacks.",
        ),
        Mistake(
            _js_without_zeros,
            "Right until p or q has a zero: there 0 log 0 is NaN on a computer, just where JS is wanted "
            "most, on supports that do not meet.",
        ),
        Mistake(
            lambda p, q: js(p, q) / math.log(2),
            "This is in bits, with a ceiling of 1; the course counts in nats, where the ceiling is log 2.",
        ),
    ],
    hints=[
        "Build a distribution m half-way between p and q, and ask how far p and q each are from it.",
        "m has to sum to one like p and q do; check it.",
        "Your `kl` does the rest: use it twice, with m in the second place, and take the mean of the two.",
    ],
)
