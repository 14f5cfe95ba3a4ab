"""eval.wilson_interval: what a hit rate in n trials tells of the true rate."""

import math

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, draw_between


def wilson_interval(successes, n, z=1.96):
    """(low, high): all rates p with |successes / n - p| <= z sqrt(p (1 - p) / n) (Wilson 1927)."""
    rate = successes / n
    scale = 1 + z**2 / n
    centre = (rate + z**2 / (2 * n)) / scale
    half = z * math.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2)) / scale
    return centre - half, centre + half


def _interval(centre=None, half=None, scale=None, turn=lambda low, high, n: (low, high)):
    """The interval with parts replaced: centre(p, n, z) and half(p, n, z) before the division by scale."""
    centre = centre or (lambda p, n, z: p + z**2 / (2 * n))
    half = half or (lambda p, n, z: z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
    scale = scale or (lambda p, n, z: 1 + z**2 / n)

    def wrong(successes, n, z):
        p = successes / n
        by = scale(p, n, z)
        middle, width = centre(p, n, z) / by, half(p, n, z) / by
        return turn(middle - width, middle + width, n)

    return wrong


def _cut(low, high, n=None):
    return max(low, 0.0), min(high, 1.0)


def _cut_too(*forms):
    """The forms, and each cut off at 0 and 1."""
    return (
        *forms,
        *(lambda successes, n, z, form=form: _cut(*form(successes, n, z)) for form in forms),
    )


def _deviation(p, n):
    return math.sqrt(max(p * (1 - p), 0.0) / n)


def _scale(p, n, z):
    return 1 + z**2 / n


def _one(p, n, z):
    return 1.0


def _rate(p, n, z):
    return p


def _wilson_half(p, n, z):
    return z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))


def _wald(factor=1.0, root=_deviation):
    return _interval(_rate, lambda p, n, z: factor * z * root(p, n), _one)


def _half(inside):
    """The right interval with something else under the root."""
    return _interval(half=lambda p, n, z: z * math.sqrt(max(inside(p, n, z), 0.0)))


def _added(amount, trials):
    """Agresti and Coull: amount(z) successes and trials(z) trials are added, and then the normal interval."""

    def wrong(successes, n, z):
        total = n + trials(z)
        p = (successes + amount(z)) / total
        return p - z * _deviation(p, total), p + z * _deviation(p, total)

    return wrong


def _corrected(successes, n, z):
    """Wilson's interval with a correction for continuity."""
    p, by = successes / n, 2 * (n + z**2)
    low = z * math.sqrt(max(z**2 - 1 / n + 4 * n * p * (1 - p) + (4 * p - 2), 0.0)) + 1
    high = z * math.sqrt(max(z**2 - 1 / n + 4 * n * p * (1 - p) - (4 * p - 2), 0.0)) + 1
    return (2 * n * p + z**2 - low) / by, (2 * n * p + z**2 + high) / by


def _with_z(change):
    return lambda successes, n, z: wilson_interval(successes, n, change(z))


def _drawn(rng):
    n = draw(rng, 10, 400)
    return draw(rng, 0, n), n, round(draw_between(rng, 0.8, 3.0), 3)


exercise(
    "eval.wilson_interval",
    reference=wilson_interval,
    returns=("low", "high"),
    batch=False,
    inputs={
        f"{successes} of {n}, z = {z}": lambda rng, row=(successes, n, z): row
        for successes, n, z in (
            (13, 20, 1.96),
            (0, 10, 1.96),
            (7, 7, 1.96),
            (520, 1000, 1.96),
            (3, 50, 2.576),
            (45, 100, 1.0),
            (1, 1, 1.645),
            (0, 300, 2.576),
            (999, 1000, 1.0),
        )
    }
    | {"hits, trials and z drawn at random": _drawn, "hits, trials and z drawn once more": _drawn},
    mistakes=[
        Mistake(
            _cut_too(_wald()),
            "This is the normal interval, rate plus or minus z deviations (cut off at 0 and 1 or not): after "
            "10 of 10 hits it has no width, as if there were no doubt left. Wilson's asks which true rates "
            "would make the count likely.",
        ),
        Mistake(
            _cut_too(
                _interval(lambda p, n, z: p + z / (2 * n)),
                _interval(scale=lambda p, n, z: 1 + z / n),
                _half(lambda p, n, z: p * (1 - p) / n + z / (4 * n**2)),
                _interval(half=lambda p, n, z: z**2 * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))),
                _interval(
                    lambda p, n, z: p + z / (2 * n),
                    lambda p, n, z: z * math.sqrt(p * (1 - p) / n + z / (4 * n**2)),
                    lambda p, n, z: 1 + z / n,
                ),
                _interval(lambda p, n, z: p + z / (2 * n), scale=lambda p, n, z: 1 + z / n),
                _with_z(lambda z: z**2),
                _with_z(math.sqrt),
                _interval(half=lambda p, n, z: math.sqrt(z * p * (1 - p) / n + z**2 / (4 * n**2))),
            ),
            "The number z and its square are mixed up: in the shift of the centre, under the root and in the "
            "divisor it is z squared, and before the root z itself.",
        ),
        Mistake(
            _cut_too(
                _interval(_rate),
                _interval(_rate, scale=_one),
                _interval(_rate, lambda p, n, z: _wilson_half(p, n, z) / _scale(p, n, z), _one),
            ),
            "The centre is not moved as it should be: it is pulled from the observed rate towards one half, "
            "by z^2 / 2n above and 1 + z^2 / n below, the more so the fewer the trials.",
        ),
        Mistake(
            _cut_too(
                _interval(scale=_one),
                _interval(half=lambda p, n, z: _wilson_half(p, n, z) * _scale(p, n, z)),
                _interval(lambda p, n, z: (p + z**2 / (2 * n)) * _scale(p, n, z)),
            ),
            "The division by 1 + z^2 / n is missing: both the centre and the half width are divided by it; "
            "without that the interval can end above 1.",
        ),
        Mistake(
            _cut_too(
                _interval(lambda p, n, z: p + z**2 / 2 * n),
                _half(lambda p, n, z: p * (1 - p) / n + z**2 / 4 * n**2),
                _interval(
                    lambda p, n, z: p + z**2 / 2 * n,
                    lambda p, n, z: z * math.sqrt(p * (1 - p) / n + z**2 / 4 * n**2),
                ),
            ),
            "Brackets are missing below a fraction line: z**2 / 2 * n is half of z squared *times* n.",
        ),
        Mistake(
            _cut_too(
                _half(lambda p, n, z: p * (1 - p) / n),
                _half(lambda p, n, z: p * (1 - p) / n + z**2 / (4 * n)),
                _half(lambda p, n, z: p * (1 - p) / n + z**2 / (2 * n**2)),
                _half(lambda p, n, z: p * (1 - p) / n + z**2 / (2 * n) ** 2 / n),
                _half(lambda p, n, z: p * (1 - p) / n + z**2 / n**2),
                _half(lambda p, n, z: p * (1 - p) / n + 1 / (4 * n**2)),
                _half(lambda p, n, z: p * (1 - p) / n - z**2 / (4 * n**2)),
                _half(lambda p, n, z: p * (1 - p) + z**2 / (4 * n**2)),
                _half(lambda p, n, z: p * (1 - p) / n**2 + z**2 / (4 * n**2)),
                _half(lambda p, n, z: p / n + z**2 / (4 * n**2)),
                _half(lambda p, n, z: (p * (1 - p) + z**2 / (4 * n**2)) / n),
                _half(lambda p, n, z: z**2 / (4 * n**2)),
                _interval(half=lambda p, n, z: z * (p * (1 - p) / n + z**2 / (4 * n**2))),
                _interval(half=lambda p, n, z: z * (_deviation(p, n) + z / (2 * n))),
                _interval(half=lambda p, n, z: math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))),
            ),
            "The half width is not right: it is z times the root of a sum of two terms, rate (1 - rate) / n "
            "and z^2 / 4n^2; the second keeps a width where all trials, or none, are hits.",
        ),
        Mistake(
            _cut_too(
                _added(lambda z: z**2 / 2, lambda z: z**2),
                _added(lambda z: 2, lambda z: 4),
                _added(lambda z: 1, lambda z: 2),
            ),
            "This is the normal interval after successes and failures have been added (Agresti and Coull; "
            "one of each, Laplace): it comes near Wilson's and is not the same, for its deviation is that "
            "of the estimate and not of the true rate.",
        ),
        Mistake(
            _cut_too(_corrected),
            "This is Wilson's interval with a correction for continuity, which is wider; the plain one is "
            "wanted.",
        ),
        Mistake(
            _cut_too(
                _with_z(lambda z: 1.96),
                _with_z(lambda z: 2.0),
                _with_z(lambda z: 1.959963984540054),
            ),
            "The argument z is not used: 1.96 is for 95 %, and whoever asks for 99 % hands 2.576.",
        ),
        Mistake(
            _cut_too(
                _with_z(lambda z: 2 * z),
                _with_z(lambda z: z / 2),
                _interval(half=lambda p, n, z: 2 * _wilson_half(p, n, z)),
                _interval(half=lambda p, n, z: _wilson_half(p, n, z) / 2),
            ),
            "A factor of 2 too many or too few: z already counts the deviations to one side, and the half "
            "width goes to each side in full.",
        ),
        Mistake(
            (
                _interval(turn=lambda low, high, n: ((low + high) / 2, (high - low) / 2)),
                _interval(turn=lambda low, high, n: ((low + high) / 2, high - low)),
            ),
            "You return the centre and a width: the two ends are wanted, centre less half and centre plus "
            "half.",
        ),
        Mistake(
            (
                _interval(turn=lambda low, high, n: (n * low, n * high)),
                _interval(turn=lambda low, high, n: (100 * low, 100 * high)),
                _interval(turn=lambda low, high, n: (round(low), round(high))),
            ),
            "The ends are not rates: they are wanted as shares between 0 and 1, neither counts nor per cent "
            "nor rounded.",
        ),
        Mistake(
            _cut_too(
                _wald(factor=0.5),
                _wald(factor=2.0),
                _wald(root=lambda p, n: math.sqrt(p * (1 - p))),
                _wald(root=lambda p, n: p * (1 - p) / n),
                _wald(root=lambda p, n: math.sqrt(p * (1 - p) / (n - 1))),
                _wald(root=lambda p, n: math.sqrt(0.25 / n)),
                _wald(root=lambda p, n: math.sqrt(p * (1 - p)) / n),
            ),
            "This is a normal interval round the observed rate, and with another width besides; in "
            "Wilson's the deviation is that of the true rate, and from this come the terms in z^2.",
        ),
        Mistake(
            lambda successes, n, z: wilson_interval(n - successes, n, z),
            "This is the interval for the failures: the rate is successes / n.",
        ),
    ],
    hints=[
        "Ask of every true rate p whether the count is likely: is the observed rate within z deviations of p "
        "where the deviation is the one that p itself would give?",
        "Squared, that is a quadratic inequality in p. The interval lies between its two roots: what are "
        "their middle and their half distance?",
        "Middle: the rate with z squared over 2n added. Half: z times the root of rate times its rest over n "
        "with z squared over 4n squared added. Both are divided by the same number a little above 1.",
    ],
)
