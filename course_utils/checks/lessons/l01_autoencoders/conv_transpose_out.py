"""ae.conv_transpose_out: the size that a transposed convolution makes."""

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import draw, whole_numbers


def conv_transpose_out(n, kernel, stride, padding, output_padding=0):
    """Output size of a transposed convolution along one axis of n pixels (torch.nn.ConvTranspose2d)."""
    return (n - 1) * stride - 2 * padding + kernel + output_padding


def _drawn(rng):
    """Sizes by chance; as torch wants it, less is added at the end than one stride."""
    stride = draw(rng, 1, 5)
    return draw(rng, 8, 64), draw(rng, 1, 8), stride, draw(rng, 0, 3), draw(rng, 0, stride - 1)


exercise(
    "ae.conv_transpose_out",
    reference=conv_transpose_out,
    inputs=whole_numbers(
        ("n", "kernel", "stride", "padding", "output_padding"),
        (7, 4, 2, 1, 0),
        (14, 3, 1, 1, 0),
        (4, 3, 2, 1, 1),
        (5, 6, 3, 2, 2),
        (6, 2, 2, 0, 0),
        (1, 7, 3, 2, 0),
        (9, 3, 4, 0, 3),
    )
    | {"sizes drawn at random": _drawn, "sizes drawn once more": _drawn},
    mistakes=[
        Mistake(
            lambda n, k, s, p, op: n * s - 2 * p + k + op,
            "You count n strides, but n kernels have n - 1 gaps between them: the output comes out one "
            "stride too wide, and will not match the image it should rebuild.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s + 2 * p + k + op,
            "The padding is added, but here it is trimmed off both ends: a transposed convolution undoes "
            "the size of a convolution, padding included.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - p + k + op,
            "The padding is trimmed once, but it goes from both ends, so the decoder's image is wider than "
            "the input by p pixels.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - 2 * p + k,
            "The output padding is forgotten: without it, sizes at which the strided convolution threw a "
            "remainder away cannot be reached again.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n + 2 * p - k) // s + 1,
            "This is the size of an ordinary convolution: it shrinks the axis, while the decoder has to "
            "make it larger.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - 2 * p + op,
            "The kernel is left out: the last pixel of the input still puts a whole kernel on the canvas, "
            "so the canvas is k pixels wider than where that kernel begins.",
        ),
        Mistake(
            lambda n, k, s, p, op: n * s,
            "You multiply by the stride and leave kernel and padding out: that is the size only where the "
            "padding makes up for what the kernel is wider than the stride.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s - 2 * p + k + 2 * op,
            "The output padding counts twice, but it is added at one end only: that is what lets it reach "
            "the sizes in between.",
        ),
        Mistake(
            lambda n, k, s, p, op: (n - 1) * s + 2 * p - k + op,
            "Kernel and padding have the wrong signs: the last kernel widens the canvas, and the padding is "
            "what is trimmed from both ends.",
        ),
    ],
    hints=[
        "Draw it: one kernel on an empty canvas for each input pixel, s pixels apart. Where does the last "
        "one begin?",
        "The last kernel begins after n - 1 strides, and is k wide. That is the canvas.",
        "Then trim the padding from both ends, and add output_padding at one.",
    ],
)
