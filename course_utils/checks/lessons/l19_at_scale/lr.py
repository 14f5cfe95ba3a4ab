"""scale.lr: the learning rate of a larger batch, with a warm-up."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, draw_between


def lr(steps, base, base_batch, batch, warmup, rule):
    """The rate at steps [N], which count from 0 -> [N]: base is right for base_batch rows.

    rule: "linear" or "sqrt", in batch / base_batch. In the first `warmup` steps it rises by equal amounts, so
    that the step number warmup - 1 is the first with the whole rate. warmup may be 0.
    """
    ratio = batch / base_batch
    whole = base * (ratio if rule == "linear" else ratio**0.5)
    return whole * ((steps + 1) / max(warmup, 1)).clamp(max=1)


def _run(n, *settings):
    """A maker of the steps 0 ... n - 1 and of the settings."""
    return lambda rng: (torch.arange(n), *settings)


def _drawn(rule):
    """A maker of a run by chance, by that rule."""

    def make(rng):
        base, base_batch, batch = draw_between(rng, 0.01, 1.0), draw(rng, 16, 128), draw(rng, 129, 1024)
        return torch.arange(draw(rng, 6, 15)), base, base_batch, batch, draw(rng, 2, 10), rule

    return make


def _rising(steps, warmup):
    return ((steps + 1) / max(warmup, 1)).clamp(max=1)


def _with(ratio=lambda b, n, rule: (n / b) ** (1 if rule == "linear" else 0.5), rise=_rising, add=None):
    """The answer with another factor for the batch, or another rise."""

    def wrong(steps, base, base_batch, batch, warmup, rule):
        whole = base * ratio(base_batch, batch, rule)
        return whole * rise(steps, warmup) if add is None else add(base, whole, rise(steps, warmup))

    return wrong


exercise(
    "scale.lr",
    reference=lr,
    inputs={
        "8 steps, 4 times the batch, linear, 5 of warm-up": _run(8, 0.1, 64, 256, 5, "linear"),
        "9 steps, 4 times the batch, sqrt, 3 of warm-up": _run(9, 0.02, 32, 128, 3, "sqrt"),
        "6 steps without warm-up": _run(6, 0.5, 100, 250, 0, "linear"),
        "7 steps, a smaller batch, linear": _run(7, 0.3, 96, 24, 4, "linear"),
        "5 steps, a smaller batch, sqrt, a long warm-up": _run(5, 1.0, 50, 8, 20, "sqrt"),
        "6 steps of a small rate": _run(6, 3e-4, 128, 1024, 4, "sqrt"),
        "6 steps of a large rate": _run(6, 8.0, 16, 64, 4, "linear"),
        "12 steps, the same batch, 1 of warm-up": _run(12, 0.7, 128, 128, 1, "linear"),
        "a run drawn at random, linear": _drawn("linear"),
        "a run drawn at random, sqrt": _drawn("sqrt"),
    },
    mistakes=[
        Mistake(
            _with(lambda b, n, rule: 1.0),
            "The rate does not change with the batch: a batch four times as large takes a quarter of the "
            "steps in an epoch, each no longer than before, so less is learned from as many images.",
        ),
        Mistake(
            (
                _with(lambda b, n, rule: (b / n) ** (1 if rule == "linear" else 0.5)),
                _with(lambda b, n, rule: (b / n) ** (0.5 if rule == "linear" else 1)),
            ),
            "The ratio stands upside down: a larger batch has a gradient with less noise, so its step may be "
            "longer, not shorter.",
        ),
        Mistake(
            _with(lambda b, n, rule: (n / b) ** (0.5 if rule == "linear" else 1)),
            "The two rules have changed places.",
        ),
        Mistake(
            _with(lambda b, n, rule: n / b),
            'The rule "sqrt" is not looked at: there the rate grows with the square root of the ratio, as '
            "suits Adam, whose steps do not grow with the gradient.",
        ),
        Mistake(
            _with(lambda b, n, rule: (n / b) ** 0.5),
            'The rule "linear" is not looked at: there the rate grows as the batch does, so that one step '
            "goes as far as the several small ones in its place.",
        ),
        Mistake(
            (
                _with(lambda b, n, rule: n if rule == "linear" else n**0.5),
                _with(lambda b, n, rule: (n - b) if rule == "linear" else abs(n - b) ** 0.5),
            ),
            "The batch counts by itself, or by its difference: `base` is right for base_batch rows, so what "
            "counts is how many times larger the batch is.",
        ),
        Mistake(
            _with(rise=lambda s, w: (s / max(w, 1)).clamp(max=1)),
            "The first step has rate 0 and is lost, and with warmup = 0 as well: steps count from 0, so the "
            "first of five has a fifth of the rate.",
        ),
        Mistake(
            (_with(rise=lambda s, w: (s + 1) / max(w, 1)), _with(rise=lambda s, w: s / max(w, 1))),
            "The rate goes on rising after the warm-up: it stops at the whole rate.",
        ),
        Mistake(
            _with(rise=lambda s, w: torch.ones(len(s))),
            "There is no warm-up: at the start weights change fastest, and a rate that is right later breaks "
            "the first steps.",
        ),
        Mistake(
            _with(rise=lambda s, w: ((s + 1) / (w + 1)).clamp(max=1)),
            "The warm-up is one step too long: step number warmup - 1 has the whole rate.",
        ),
        Mistake(
            _with(add=lambda base, whole, rise: base + (whole - base) * rise),
            "You rise from `base` to the whole rate, as Goyal et al. do for ResNets: here the rise begins "
            "near 0, for Adam's first steps are the wildest.",
        ),
        Mistake(
            _with(add=lambda base, whole, rise: torch.where(rise < 1, base * rise, whole)),
            "During the warm-up you rise towards `base`, and jump to the whole rate at its end.",
        ),
        Mistake(
            (
                _with(rise=lambda s, w: _rising(s, w) ** 2),
                _with(rise=lambda s, w: _rising(s, w) ** 0.5),
                _with(rise=lambda s, w: (1 - torch.cos(torch.pi * _rising(s, w))) / 2),
            ),
            "The rise is bent, like a square, a root or half a cosine: each step of the warm-up is to add as "
            "much as the one before it.",
        ),
        Mistake(
            (_with(rise=lambda s, w: (s >= w).float()), _with(rise=lambda s, w: (s + 1 >= w).float())),
            "The rate is 0 until the warm-up is over: nothing is learned in it; let it rise.",
        ),
        Mistake(
            _with(rise=lambda s, w: _rising(s, w) * (max(w, 1) / (s + 1).clamp(min=max(w, 1)))),
            "The rate falls again after the warm-up: a schedule may do so, but here it stays.",
        ),
    ],
    hints=[
        "Two factors: one for the batch, the same at every step, and one for the warm-up, from a small share "
        "up to 1.",
        "How many times larger is the batch? By the linear rule that is the factor, by the other its root.",
        "Step 0 has one share of `warmup` equal ones, step 1 two of them. After the last, the factor is 1; "
        "and beware of dividing by a warm-up of 0.",
    ],
)
