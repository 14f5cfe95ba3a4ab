"""gan.discriminator_shapes: from an image to the last map."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import drawn_numbers, whole_numbers


def discriminator_shapes(width, size, layers):
    """The image and the output of each convolution: [layers + 1, 3], rows (C, H, W); kernel 4, stride 2,
    padding 1 halve the side, rounding down, and the channels are 1, width, 2 width, 4 width, ..."""
    rows = [(1, size, size)]
    for i in range(layers):
        size = (size + 2 * 1 - 4) // 2 + 1
        rows.append((width * 2**i, size, size))
    return torch.tensor(rows)


def _down(channel, halve):
    """Shapes from the image down, by a rule for the channels of layer i and one for the side."""

    def shapes(width, size, layers):
        rows = [(1, size, size)]
        for i in range(layers):
            size = halve(size)
            rows.append((channel(width, i, layers), size, size))
        return torch.tensor(rows)

    return shapes


def _doubling(width, i, layers):
    return width * 2**i


exercise(
    "gan.discriminator_shapes",
    reference=discriminator_shapes,
    inputs=whole_numbers(
        ("width", "size", "layers"), (32, 8, 2), (64, 28, 2), (16, 28, 3), (8, 48, 4), (128, 64, 4)
    )
    | drawn_numbers(width=(4, 96), size=(16, 96), layers=(2, 4)),
    mistakes=[
        Mistake(
            _down(_doubling, lambda n: (n + 1) // 2),
            "You round up: at an odd side the last kernel would stick out over the edge, and torch does not "
            "compute it; the dense layer behind then expects numbers that never come.",
        ),
        Mistake(
            _down(_doubling, lambda n: n / 2),
            "Your sides are fractions where one is odd: a kernel that half sticks out is not computed, so "
            "an odd side is rounded down, and D's map has whole pixels.",
        ),
        Mistake(
            lambda width, size, layers: discriminator_shapes(width, size, layers).flip(0),
            "Your rows are in the generator's order: D begins with the image and ends with the smallest map, "
            "which its dense layer reads.",
        ),
        Mistake(
            _down(_doubling, lambda n: n - 1),
            "The stride is left out: without it the side hardly shrinks, and the dense layer gets "
            "most of the weights; in a DCGAN the strides do what pooling did.",
        ),
        Mistake(
            (_down(_doubling, lambda n: (n - 4) // 2 + 1), _down(_doubling, lambda n: (n + 1 - 4) // 2 + 1)),
            "The padding is not counted on both sides: your sides come out too small, and a digit that "
            "touches the edge of the image would be seen less than one in the middle.",
        ),
        Mistake(
            _down(lambda width, i, layers: width, lambda n: n // 2),
            "You keep the channels at one width: each layer then has a quarter of the numbers of the one "
            "before, and D throws away what it would need to tell a good fake from a real image.",
        ),
        Mistake(
            _down(lambda width, i, layers: width // 2**i, lambda n: n // 2),
            "Your channels halve with the side: each layer then has an eighth of the numbers of the one "
            "before, and hardly anything of the image reaches the logit; they double, from width on.",
        ),
        Mistake(
            _down(lambda width, i, layers: width * 2 ** (layers - 1 - i), lambda n: n // 2),
            "Your channels shrink on the way down: that is the generator's order; D would end with few "
            "numbers for its one dense layer to judge by.",
        ),
        Mistake(
            _down(lambda width, i, layers: width * 2 ** (i + 1), lambda n: n // 2),
            "Your first layer is already doubled: every layer has twice the channels asked for, so D has "
            "about four times the weights, and is much stronger than G.",
        ),
        Mistake(
            (
                lambda width, size, layers: discriminator_shapes(width, size, layers)[1:],
                lambda width, size, layers: discriminator_shapes(width, size, layers)[:-1],
            ),
            "One row is missing: the image itself is the first, and the output of the last convolution, "
            "which the dense layer reads, is the last.",
        ),
    ],
    hints=[
        "The first row is the image, with one channel. Which formula of notebook 01 gives the side after a "
        "convolution?",
        "Kernel 4, stride 2, padding 1: the side is halved, and an odd one is rounded down. The channels go "
        "up: width, twice that, four times that.",
        "Keep the side in a variable, halve it with // in a loop over the layers, and add a row each time.",
    ],
)
