"""start.js: the Jensen-Shannon divergence of discrete distributions."""

import math

import torch.nn.functional as F

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons.l00_start_here._distributions import (
    certain_outcome,
    equal_outcomes,
    outcomes,
)
from course_utils.checks.lessons.l00_start_here.kl import kl


def js(p, q):
    """Jensen-Shannon divergence in nats (Lin 1991): p, q [K] -> scalar in [0, log 2]."""
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def _js_without_zeros(p, q):
    m = (p + q) / 2
    return ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2


def _by_kl_div(p, q):
    log_m = ((p + q) / 2).log()
    return (F.kl_div(log_m, p, reduction="sum") + F.kl_div(log_m, q, reduction="sum")) / 2


def _to_middle(p, q):
    return kl(p, (p + q) / 2)


exercise(
    "start.js",
    reference=js,
    inputs={
        "5 outcomes": outcomes(5),
        "8 outcomes": outcomes(8),
        "supports that do not meet": outcomes(4, zero_in_p=[0, 1], zero_in_q=[2, 3]),
        "an outcome that neither has": outcomes(6, zero_in_p=[1, 4], zero_in_q=[4]),
        "one outcome certain in p": certain_outcome(True, False),
        "one outcome certain in q": certain_outcome(False, True),
        "one outcome certain in both": certain_outcome(True, True),
        "p equal to q": equal_outcomes,
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
        Mistake(
            (
                lambda p, q: js(p.clamp(min=1e-3), q.clamp(min=1e-3)),
                lambda p, q: js(p.clamp(min=1e-3), q),
                lambda p, q: js(p, q.clamp(min=1e-3)),
            ),
            "A small number is put in the place of 0: what you measure is then no distribution any "
            "more, and where the supports do not meet the ceiling of log 2 is not reached, or passed.",
        ),
        Mistake(
            _by_kl_div,
            "Right until an outcome has neither p nor q: the middle is 0 there as well, and F.kl_div takes 0 "
            "times the logarithm of 0, which is NaN on a computer.",
        ),
    ],
    hints=[
        "Build a distribution m half-way between p and q, and ask how far p and q each are from it.",
        "m has to sum to one like p and q do; check it.",
        "Your `kl` does the rest: use it twice, with m in the second place, and take the mean of the two.",
    ],
)
