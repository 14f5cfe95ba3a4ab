"""gan.generator_shapes: from a dense layer to an image."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise
from course_utils.checks.lessons._numbers import drawn_numbers, whole_numbers


def generator_shapes(width, start, layers):
    """After the dense layer and each transposed convolution: [layers + 1, 3], rows (C, H, W).

    Kernel 4, stride 2, padding 1 double the side; channels halve, from width * 2^(layers - 1), and end at 1.
    """
    rows = [(width * 2 ** (layers - 1 - i), start * 2**i, start * 2**i) for i in range(layers)]
    return torch.tensor([*rows, (1, start * 2**layers, start * 2**layers)])


def _from_rows(channel, side, layers, last=1):
    """A table of shapes from a rule for the channels and one for the side."""
    rows = [(channel(i), side(i), side(i)) for i in range(layers)]
    return torch.tensor([*rows, (last, side(layers), side(layers))])


exercise(
    "gan.generator_shapes",
    reference=generator_shapes,
    inputs=whole_numbers(
        ("width", "start", "layers"), (32, 2, 2), (64, 7, 2), (16, 4, 3), (8, 3, 4), (128, 4, 4)
    )
    | drawn_numbers(width=(4, 96), start=(2, 12), layers=(2, 4)),
    mistakes=[
        Mistake(
            lambda width, start, layers: _from_rows(
                lambda i: width * 2 ** (layers - 1 - i), lambda i: start * (i + 1), layers
            ),
            "You add the start's side at each layer where the side doubles: from the second layer on your "
            "maps are too small, and the image does not have the size of the data.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(lambda i: width * 2**i, lambda i: start * 2**i, layers),
            "Your channels grow while the image grows: the widest layer then works on the largest image, so "
            "nearly all the time goes there, and the dense layer has few features to begin a picture from.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(lambda i: width, lambda i: start * 2**i, layers),
            "You keep the channels at one width: a DCGAN halves them each time the side doubles, so that the "
            "few pixels of the start hold many features and the many pixels of the end few.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(
                lambda i: width * 2 ** (layers - i), lambda i: start * 2**i, layers
            ),
            "You start one halving too wide: the last hidden layer then has twice the channels asked for, "
            "and the network about four times the weights.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(
                lambda i: width * 2 ** (layers - 1 - i),
                lambda i: start * 2**i,
                layers,
                last=width if layers == 0 else width // 2,
            ),
            "The last layer halves the channels once more instead of making the image's single one: what "
            "comes out has too many channels to be shown to D beside a real image.",
        ),
        Mistake(
            (
                lambda width, start, layers: _from_rows(
                    lambda i: width * 2 ** (layers - 1 - i), lambda i: start * 2**i + 2 * (2**i - 1), layers
                ),
                lambda width, start, layers: _from_rows(
                    lambda i: width * 2 ** (layers - 1 - i), lambda i: start * 2**i + 2**i - 1, layers
                ),
            ),
            "The padding is not trimmed off both ends: each layer comes out too wide, and the "
            "last one no longer has the size of the data, so D cannot be given both.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(
                lambda i: width * 2 ** (layers - 1 - i), lambda i: start * 2**i, layers, last=width
            ),
            "Your last layer keeps `width` channels: it makes the image, which has one channel here, and D "
            "could not be shown yours beside a real one.",
        ),
        Mistake(
            lambda width, start, layers: generator_shapes(width, start, layers).flip(0),
            "Your rows run from the image back to the dense layer: G works the other way, from few pixels "
            "with many channels to the image.",
        ),
        Mistake(
            lambda width, start, layers: _from_rows(
                lambda i: width * 2 ** (layers - 1 - i), lambda i: start + 2 * i, layers
            ),
            "You add 2 to the side where stride 2 doubles it: the step says how far apart the kernels land, "
            "so a generator counted like this never grows to the size of the image.",
        ),
        Mistake(
            (
                lambda width, start, layers: generator_shapes(width, start, layers)[1:],
                lambda width, start, layers: generator_shapes(width, start, layers)[:-1],
            ),
            "One row is missing: the dense layer's output, reshaped, is the first, and the image is the "
            "last, so there is one row more than there are transposed convolutions.",
        ),
    ],
    hints=[
        "Write down the last row first: it is the image. What does one layer do to the side, if you put "
        "kernel 4, stride 2 and padding 1 into the formula of notebook 01?",
        "The side doubles in each layer and the channels halve, but for the last layer, which makes the one "
        "channel of the image. So the row before the last has `width` channels.",
        "Go through the layers with i = 0, 1, ...: the side is start times 2 to the i, and the channels are "
        "width times 2 to the number of halvings that are still to come.",
    ],
)
