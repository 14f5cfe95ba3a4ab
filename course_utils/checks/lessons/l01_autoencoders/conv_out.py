"""ae.conv_out: the size that a convolution leaves."""

import math

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import drawn_numbers, whole_numbers


def conv_out(n, kernel, stride, padding):
    """Output size of a convolution along one axis of n pixels (Dumoulin and Visin 2016, relationship 6)."""
    return (n + 2 * padding - kernel) // stride + 1


exercise(
    "ae.conv_out",
    reference=conv_out,
    inputs=whole_numbers(
        ("n", "kernel", "stride", "padding"),
        (28, 4, 2, 1),
        (8, 3, 1, 0),
        (16, 3, 1, 1),
        (7, 4, 2, 1),
        (10, 3, 2, 0),
        (32, 5, 3, 2),
        (9, 2, 4, 3),
        (21, 7, 2, 1),
        (5, 5, 3, 0),
    )
    | drawn_numbers(n=(8, 64), kernel=(1, 8), stride=(1, 5), padding=(0, 3)),
    mistakes=[
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k) // s,
            "The + 1 is missing: you count the steps that the kernel takes and not the places where it "
            "stands, so every layer comes out one pixel short.",
        ),
        Mistake(
            lambda n, k, s, p: (n + p - k) // s + 1,
            "The padding counts once, but it is added on both sides: with padding 1 and kernel 3 the size "
            "should stay what it was, and yours shrinks.",
        ),
        Mistake(
            lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1,
            "You round up: a last kernel that sticks out over the edge is not computed, so where the "
            "stride leaves a remainder your layer expects a pixel that is not there.",
        ),
        Mistake(
            lambda n, k, s, p: n + 2 * p - k + 1,
            "The stride is ignored: with stride 2 the kernel skips every other place, so the real output "
            "is about half as wide as you say.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k) / s + 1,
            "You divide with / and keep the fraction: a layer of 4.5 pixels does not exist, and torch "
            "refuses a float as a size even where it is whole.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p - k + 1) // s,
            "The + 1 stands inside the division: with stride 1 that is the same, and with a larger stride "
            "the first place where the kernel stands gets lost.",
        ),
        Mistake(
            lambda n, k, s, p: (n + 2 * p) // s,
            "The kernel is left out: it needs k pixels to stand on, so its first pixel cannot go up to the "
            "edge.",
        ),
        Mistake(
            (lambda n, k, s, p: n // s, lambda n, k, s, p: math.ceil(n / s)),
            "You divide by the stride and leave kernel and padding out: the size is cut to a part of exactly "
            "1 / stride only where the padding makes up for the kernel.",
        ),
        Mistake(
            lambda n, k, s, p: round((n + 2 * p - k) / s) + 1,
            "You round to the nearest: a last kernel that sticks out over the edge is not computed, however "
            "little it sticks out, so round down.",
        ),
    ],
    hints=[
        "Put the kernel at the left edge of the padded axis. How many pixels are left for it to move over?",
        "The padded axis has the padding at both ends; the kernel itself takes up k of it. How many whole "
        "strides fit in the rest?",
        "Whole strides: // rounds down. And the kernel stands in one place more than it takes steps.",
    ],
)
