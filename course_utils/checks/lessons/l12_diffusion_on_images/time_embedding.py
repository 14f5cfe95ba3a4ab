"""diffusion.time_embedding: a time step as sines and cosines."""

import math

import torch

from course_utils.checks.engine.registry import Mistake, exercise


def time_embedding(t, dim):
    """Sines, then cosines, of t times dim / 2 frequencies 10000^(-2i / dim): t [B] -> [B, dim]."""
    frequencies = 10_000 ** (-torch.arange(dim // 2) / (dim // 2))
    angles = t[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _times(n, dim, most=1000):
    return lambda rng: (torch.randint(most, (n,), generator=rng), dim)


def _waves(frequencies, join=None):
    """An embedding with frequencies(dim) and the halves joined in another way."""

    def embed(t, dim):
        angles = t[:, None].float() * frequencies(dim)
        if join is None:
            return torch.cat([angles.sin(), angles.cos()], dim=1)
        return join(angles.sin(), angles.cos())

    return embed


def _right(dim):
    return 10_000.0 ** (-torch.arange(dim // 2) / (dim // 2))


def _log_of(base):
    return lambda dim: torch.exp(-math.log(base) * torch.arange(dim // 2) / (dim // 2))


def _every_other(t, frequencies):
    angles = t[:, None] * frequencies
    return torch.cat([angles[:, ::2].sin(), angles[:, 1::2].cos()], dim=1)


def _split_in_two(t, frequencies):
    sin, cos = (t[:, None] * frequencies).chunk(2, dim=1)
    return torch.cat([sin.sin(), cos.cos()], dim=1)


exercise(
    "diffusion.time_embedding",
    reference=time_embedding,
    inputs={
        "5 steps, dim = 8": _times(5, 8),
        "3 steps, dim = 32": _times(3, 32),
        "4 early steps, dim = 4": _times(4, 4, most=20),
        "steps 0, 1 and 999, dim = 6": lambda rng: (torch.tensor([0, 1, 999]), 6),
    },
    mistakes=[
        Mistake(
            lambda t, dim: (t * _right(dim)).sin(),
            "Steps and frequencies both lie along the last axis, where they are multiplied pair by pair: "
            "every step needs all the frequencies, so the steps must stand in a column, or no row has its t.",
        ),
        Mistake(
            lambda t, dim: math.sin(t[:, None] * _right(dim)),
            "The sine in math takes one number at a time and you give it the angles of all the steps: "
            "torch's takes tensors, so that the net can be told a whole batch of times at once.",
        ),
        Mistake(
            (
                _waves(lambda dim: 1 / _right(dim)),
                _waves(lambda dim: 10_000 ** (torch.arange(dim // 2) / (dim // 2))),
                _waves(lambda dim: 10_000 ** (2 * torch.arange(dim // 2) / dim)),
                _waves(_log_of(1e-4)),
            ),
            "The minus in the exponent is missing: the frequencies grow to 10,000 turns a step, so two "
            "neighbouring steps look as unlike as any two, and the net cannot carry over what it learned.",
        ),
        Mistake(
            _waves(lambda dim: _right(dim) * math.pi / 180),
            "You turn t into degrees, but torch's sine takes radians: all waves become 57 times slower, and "
            "the early steps, where fine strokes are made, can hardly be told apart.",
        ),
        Mistake(
            _waves(lambda dim: 10_000.0 ** (-torch.arange(dim // 2) / dim)),
            "The exponent runs to a half and not to one (i / dim for 2 i / dim): the slowest wave then turns "
            "100 times too fast, none is slow over 1,000 steps, and early and late steps share their codes.",
        ),
        Mistake(
            (
                _waves(_right, lambda sin, cos: torch.stack([sin, cos], dim=2).flatten(1)),
                _waves(_right, lambda sin, cos: torch.stack([cos, sin], dim=2).flatten(1)),
            ),
            "Sines and cosines take turns (the order of the 2017 paper): a net trained with it would be as "
            "good, but weights trained with all sines first read the wrong wave in every place.",
        ),
        Mistake(
            _waves(_right, lambda sin, cos: torch.cat([cos, sin], dim=1)),
            "The cosines come first: a net trained with it would be as good, but weights trained with the "
            "sines first read a sine as a cosine, and take every step for another one.",
        ),
        Mistake(
            (
                lambda t, dim: torch.cat([t[:, None] * _right(dim), t[:, None] * _right(dim)], dim=1),
                _waves(lambda dim: 10_000.0 ** (-2 * torch.arange(dim // 2) / (dim // 2))),
            ),
            "Either the waves are missing or their frequencies fall twice too fast: the code then holds "
            "numbers in the hundreds, or waves so slow that all steps look the same to them.",
        ),
        Mistake(
            _waves(lambda dim: 10_000.0 ** (-torch.arange(dim // 2) / max(dim // 2 - 1, 1))),
            "You divide i by dim / 2 - 1, as the code of the DDPM paper does: a net trained with it is as "
            "good, but its slowest wave is slower, and weights trained with dim / 2 read the wrong times.",
        ),
        Mistake(
            _waves(lambda dim: 10_000.0 ** (-torch.arange(1, dim // 2 + 1) / (dim // 2))),
            "The i begin at 1: the fastest wave, which tells a step from its neighbour, is missing, and all "
            "the others stand one place too early for weights trained from 0.",
        ),
        Mistake(
            lambda t, dim: time_embedding(t + 1, dim),
            "You embed t + 1: the net learns each step under the name of the next, and weights trained with "
            "t read every step as one with more noise.",
        ),
        Mistake(
            (
                _waves(lambda dim: 10_000.0 ** (-torch.arange(dim) / dim)),
                _waves(lambda dim: 10_000.0 ** (-2 * torch.arange(dim) / dim)),
            ),
            "You make dim frequencies, and sines and cosines of each: that is twice as many numbers as asked "
            "for, and the layer behind them does not fit; dim / 2 frequencies are wanted.",
        ),
        Mistake(
            _waves(_right, lambda sin, cos: torch.cat([sin, cos], dim=0)),
            "The cosines stand below the sines, as further rows: every step then has two rows and no code of "
            "its own; they belong beside them, along dim=1.",
        ),
        Mistake(
            _waves(lambda dim: torch.ones(dim // 2)),
            "All waves have one frequency: that is two numbers, repeated, and steps that lie a full turn "
            "apart (about 6) get nearly the same code, so the net mistakes noise level 7 for 1.",
        ),
        Mistake(
            (
                _waves(lambda dim: 2 * math.pi * _right(dim)),
                _waves(lambda dim: math.pi * _right(dim)),
            ),
            "There is a factor of pi too many: the fastest wave is then asked at whole or half turns only, "
            "where its sine is 0 for every step, and a place of the code says nothing.",
        ),
        Mistake(
            (_waves(_log_of(10.0)), _waves(_log_of(1000.0)), _waves(_log_of(500.0))),
            "The base is too small: with 10,000 the slowest wave turns little over 1,000 steps, by 1 radian "
            "for dim = 8 and by 0.2 for 32. Yours turns further, so that steps far apart look more alike.",
        ),
        Mistake(
            _waves(_right, lambda sin, cos: torch.cat([sin, sin], dim=1)),
            "Both halves are sines: a sine alone rises and falls through the same values, so within a turn "
            "two steps share it, and only the cosine tells which one it is.",
        ),
        Mistake(
            lambda t, dim: time_embedding(t / 1000, dim),
            "You divide t by the number of steps first: the fastest wave then turns by one radian in all, "
            "the others hardly move, and the net sees almost one and the same code at every step.",
        ),
        Mistake(
            _waves(_log_of(math.exp(math.log10(10_000)))),
            "The logarithm is to base 10 and the exponential to base e: they do not undo each other, the "
            "slowest wave then turns far too fast, and steps far apart share their codes.",
        ),
        Mistake(
            (
                _waves(lambda dim: torch.exp(-10_000.0 * torch.arange(dim // 2) / (dim // 2))),
                _waves(lambda dim: torch.exp(-10_000.0 * torch.arange(dim // 2) / dim)),
            ),
            "The exponential takes 10,000 itself and not its logarithm: all frequencies but the first are "
            "then 0, their sines and cosines never move, and one wave is all that tells the time.",
        ),
        Mistake(
            (
                _waves(lambda dim: 10_000.0 ** (-2 * torch.arange(dim // 2) // dim)),
                _waves(lambda dim: 10_000.0 ** (-torch.arange(dim // 2) // (dim // 2))),
            ),
            "The exponent is rounded down to a whole number (// for /): one wave is fast, all the others are "
            "equally slow, and the hands of the clock between them are missing.",
        ),
        Mistake(
            lambda t, dim: _every_other(t, 10_000.0 ** (-torch.arange(dim) / dim)),
            "The cosines have frequencies of their own, between those of the sines: without sine and cosine "
            "of one angle, the dot product of two codes depends on more than the gap between the steps.",
        ),
        Mistake(
            (
                lambda t, dim: _split_in_two(t, 10_000.0 ** (-torch.arange(dim) / dim)),
                lambda t, dim: _split_in_two(t, 10_000.0 ** (-2 * torch.arange(dim) / dim)),
            ),
            "Sines have the fast frequencies only and cosines the slow ones: each frequency wants both, or "
            "two steps within a turn look the same, and a slow cosine hardly tells early steps apart.",
        ),
        Mistake(
            lambda t, dim: torch.cat([t[:, None] * _right(dim).sin(), t[:, None] * _right(dim).cos()], dim=1),
            "The sine is taken of the frequencies and not of the angles: t stays outside as a plain factor, "
            "so the code is a straight line with numbers up to 999, and no clock.",
        ),
        Mistake(
            _waves(lambda dim: _right(dim).flip(0)),
            "The waves run from slow to fast: a net trained with it would be as good, but weights trained "
            "with the fast ones first take the finest hand of the clock for the slowest.",
        ),
        Mistake(
            (
                _waves(lambda dim: torch.linspace(1, 1e-4, dim // 2)),
                _waves(lambda dim: 1 - torch.arange(dim // 2) / (dim // 2)),
            ),
            "The frequencies fall by equal steps and not by equal factors: nearly all are fast, and there is "
            "no slow hand that tells a step from one a hundred later.",
        ),
        Mistake(
            (
                _waves(lambda dim: 2.0 ** torch.arange(dim // 2)),
                _waves(lambda dim: math.pi * 2.0 ** torch.arange(dim // 2)),
                _waves(lambda dim: 2.0 ** -torch.arange(dim // 2)),
            ),
            "Each frequency is twice or half its neighbour, as in codes for places between 0 and 1: the "
            "range of the clock then depends on dim, and weights trained with 10,000 read the wrong times.",
        ),
        Mistake(
            (
                lambda t, dim: (t[:, None] * _right(dim)).sin(),
                lambda t, dim: (t[:, None] * _right(dim)).cos(),
            ),
            "One half of the code is missing, and sines alone (or cosines) rise and fall through the same "
            "values: steps on both sides of a crest share them. Both are wanted, side by side.",
        ),
        Mistake(
            _waves(_right, lambda sin, cos: sin + cos),
            "Sines and cosines are added where they belong side by side: the sum is one wave again, a little "
            "shifted, with half the numbers, so steps on both sides of its crest look the same.",
        ),
    ],
    hints=[
        "Make the dim / 2 frequencies first, as one tensor: they fall from 1 by equal factors. Then every t "
        "meets every frequency.",
        "t[:, None] has shape [B, 1]; times a tensor [dim / 2] it broadcasts to [B, dim / 2]. The exponent "
        "is minus i over dim / 2, with i = 0, 1, ...",
        "torch.arange(dim // 2) gives the i. The angles go through .sin() and .cos(), and torch.cat with "
        "dim=1 puts the sines before the cosines.",
    ],
)
