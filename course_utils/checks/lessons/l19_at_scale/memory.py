"""scale.memory: the bytes that stand for a model's weights while AdamW trains it."""

import math

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw


def memory(shapes, mixed, average):
    """Bytes of weights, gradients, optimiser and average; shapes: of every weight tensor, a list of tuples.

    mixed: weights and gradients in bfloat16, and with the optimiser a master copy of the weights in float32;
    average: whether an EMA is kept. Two moments, master copy and EMA are float32.
    """
    count = sum(math.prod(shape) for shape in shapes)
    each = 2 if mixed else 4
    kept = 12 if mixed else 8
    return float(count * each), float(count * each), float(count * kept), float(count * 4 * average)


def _count(shapes):
    return sum(math.prod(shape) for shape in shapes)


def _with(count=_count, weight=(4, 2), gradient=(4, 2), kept=(8, 12), mean=lambda m, a: 4 * a):
    """The answer with other bytes a weight (in float32, mixed), or another count."""

    def wrong(shapes, mixed, average):
        n = count(shapes)
        each = (one[mixed] for one in (weight, gradient, kept))
        return (*(float(n * one) for one in each), float(n * mean(mixed, average)))

    return wrong


def _net(shapes, mixed, average):
    return lambda rng: (shapes, mixed, average)


def _drawn(mixed, average):
    """A maker of a stack of dense layers with biases, its widths by chance."""

    def make(rng):
        widths = [draw(rng, 2, 60) for _ in range(draw(rng, 3, 5))]
        layers = zip(widths[1:], widths[:-1], strict=True)
        return [shape for c_out, c_in in layers for shape in ((c_out, c_in), (c_out,))], mixed, average

    return make


_SMALL, _WIDE = [(7, 5), (7,)], [(16, 3, 3, 3), (16,), (4, 16), (4,)]

exercise(
    "scale.memory",
    reference=memory,
    batch=False,
    returns=("weights", "gradients", "optimiser", "average"),
    inputs={
        "7 x 5 and 7 weights in float32": _net(_SMALL, False, False),
        "the same with an average": _net(_SMALL, False, True),
        "a convolution and a layer, mixed": _net(_WIDE, True, False),
        "a convolution and a layer, mixed, with an average": _net(_WIDE, True, True),
        "one number": _net([()], True, True),
        "a billion weights": _net([(20_000, 50_000)], False, True),
        "layers drawn at random, mixed, with an average": _drawn(True, True),
        "layers drawn at random, in float32": _drawn(False, False),
    },
    mistakes=[
        Mistake(
            (_with(kept=(4, 8)), _with(kept=(4, 4))),
            "The optimiser keeps one number for each weight in your count: AdamW keeps two, the running "
            "means of the gradient and of its square (momentum alone would be one).",
        ),
        Mistake(
            (_with(kept=(8, 8)), _with(kept=(8, 4))),
            "The master copy is missing: in bfloat16 an update of less than 1/256 of a weight is rounded "
            "away, so the optimiser adds to a copy in float32.",
        ),
        Mistake(
            (_with(kept=(8, 6)), _with(kept=(8, 10)), _with(kept=(4, 6))),
            "Moments or master copy are in bfloat16 here: a running mean takes thousands of small steps, "
            "which bfloat16 rounds away; all three are float32.",
        ),
        Mistake(
            (_with(kept=(12, 12)), _with(kept=(12, 16))),
            "The weights are counted again with the optimiser: in float32 they are the master copy already, "
            "and the optimiser adds two moments and no more.",
        ),
        Mistake(
            (
                _with(weight=(4, 4), gradient=(4, 4)),
                _with(weight=(2, 2), gradient=(2, 2)),
                _with(weight=(4, 4), gradient=(4, 4), kept=(8, 8)),
            ),
            "Weights and gradients take as much with mixed as without it: float32 is 4 bytes, bfloat16 is 2.",
        ),
        Mistake(
            (_with(weight=(4, 4)), _with(weight=(4, 6))),
            "The weights that the model computes with are bfloat16 where mixed is on, 2 bytes each; their "
            "master copy is counted with the optimiser.",
        ),
        Mistake(
            (_with(gradient=(4, 4)), _with(gradient=(0, 0)), _with(gradient=(8, 4))),
            "The gradients are one number for each weight, in the type of the weights: 4 bytes, or 2 where "
            "mixed is on.",
        ),
        Mistake(
            (_with(mean=lambda m, a: 4), _with(mean=lambda m, a: 4 * (not a)), _with(mean=lambda m, a: 0)),
            "The average is there exactly where `average` is True, and takes 4 bytes a weight then.",
        ),
        Mistake(
            (_with(mean=lambda m, a: (2 if m else 4) * a), _with(mean=lambda m, a: 2 * a)),
            "The average is kept in bfloat16: it moves by a thousandth or less of the difference in a step, "
            "which bfloat16 rounds away; it is float32 always.",
        ),
        Mistake(
            (_with(mean=lambda m, a: 8 * a), _with(mean=lambda m, a: a)),
            "The average is one number in float32 for each weight, 4 bytes.",
        ),
        Mistake(
            (
                _with(lambda shapes: 8 * _count(shapes)),
                _with(lambda shapes: _count(shapes) / 4),
                _with(lambda shapes: _count(shapes) / 1024),
                _with(lambda shapes: _count(shapes) / 1e6),
            ),
            "The unit is not bytes: these are bits, numbers, or kilo- or megabytes.",
        ),
        Mistake(
            (
                _with(lambda shapes: sum(map(sum, shapes))),
                _with(len),
                _with(lambda shapes: math.prod(shapes[0])),
                _with(lambda shapes: math.prod(shapes[-1])),
                _with(lambda shapes: sum(math.prod(shape) for shape in shapes if len(shape) > 1)),
                _with(lambda shapes: sum(shape[0] * shape[-1] for shape in shapes if shape)),
            ),
            "You count other than all numbers in all tensors: a tensor holds the product of its sizes, and "
            "biases and kernels count in full.",
        ),
        Mistake(
            lambda shapes, mixed, average: memory(shapes, not mixed, average),
            "The two cases have changed places: `mixed` is the one with bfloat16.",
        ),
    ],
    hints=[
        "Count the numbers in all the tensors first. Then ask of each of the four: how many for each weight, "
        "and of how many bytes?",
        "float32 takes 4 bytes and bfloat16 takes 2. Which of the four would be spoilt by rounding a small "
        "change away?",
        "AdamW keeps a mean of gradients and a mean of their squares. With mixed, a copy of the weights in "
        "float32 is counted with them.",
    ],
)
