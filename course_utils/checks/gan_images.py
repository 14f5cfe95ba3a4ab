"""The exercises of notebook 05, Training GANs: the shapes of a DCGAN, and batch normalisation."""

import torch

from course_utils.checks.engine.registry import Mistake, exercise


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


def _numbers(names, *rows):
    """Inputs of whole numbers: {"width=32, size=8": maker, ...}."""
    return {
        ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True)): lambda rng, row=row: row
        for row in rows
    }


exercise(
    "gan.generator_shapes",
    reference=generator_shapes,
    inputs=_numbers(("width", "start", "layers"), (32, 2, 2), (64, 7, 2), (16, 4, 3), (8, 3, 4), (128, 4, 4)),
    mistakes=[
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
    inputs=_numbers(
        ("width", "size", "layers"), (32, 8, 2), (64, 28, 2), (16, 28, 3), (8, 48, 4), (128, 64, 4)
    ),
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
