"""dit.patchify: an image as a row of patches."""

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def patchify(images, size):
    """[B, C, H, W] -> [B, N, C size^2]: patches row by row; in each the channel first, then row, column."""
    rows, columns = images.shape[2] // size, images.shape[3] // size
    cut = images.unflatten(3, (columns, size)).unflatten(2, (rows, size))  # [B, C, rows, size, columns, size]
    return cut.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def _images(shape, size):
    def make(rng):
        return 2 * torch.randn(*shape, generator=rng), size

    return make


def _ordered(order, end=lambda cut: cut.flatten(3).flatten(1, 2)):
    """The axes B, C, row of patches, row, column of patches, column in another order; how they are joined."""

    def wrong(images, size):
        rows, columns = images.shape[2] // size, images.shape[3] // size
        cut = images.unflatten(3, (columns, size)).unflatten(2, (rows, size))
        return end(cut.permute(*order))

    return wrong


def _torn(order):
    """Each axis is cut as [size, how many] and not as [how many, size]."""

    def wrong(images, size):
        rows, columns = images.shape[2] // size, images.shape[3] // size
        cut = images.unflatten(3, (size, columns)).unflatten(2, (size, rows))
        return cut.permute(*order).flatten(3).flatten(1, 2)

    return wrong


def _square(images, size):
    batch, channels, height, _ = images.shape
    n = height // size
    cut = images.reshape(batch, channels, n, size, n, size)
    return cut.permute(0, 2, 4, 1, 3, 5).reshape(batch, n * n, channels * size**2)


def _read(images, size, like=None):
    return images.reshape(len(images), -1, (images if like is None else like).shape[1] * size**2)


def _unfold_read(images, size):
    """What unfold gives, [B, C size^2, N], in the shape wanted and with nothing moved."""
    return F.unfold(images, size, stride=size).reshape(len(images), -1, images.shape[1] * size**2)


def _counted_last(images, size):
    """The six axes as they should be, with those that count patches behind; then only read."""
    return _read(_ordered((0, 3, 5, 1, 2, 4), torch.clone)(images, size), size, images)


def _read_from(order):
    """Another order of the four axes first, and then only another shape."""
    return lambda images, size: images.permute(*order).reshape(len(images), -1, images.shape[1] * size**2)


def _folds(images, size):
    return images.unfold(2, size, size).unfold(3, size, size)  # [B, C, rows, columns, size, size]


def _folds_read(images, size):
    return _folds(images, size).reshape(len(images), -1, images.shape[1] * size**2)


def _from_folds(order):
    return lambda images, size: _folds(images, size).permute(*order).flatten(3).flatten(1, 2)


def _pixels_last(images, size):
    """The channels behind, and then the same cut: [B, H, W, C] read as patches of C values more."""
    rows, columns = images.shape[2] // size, images.shape[3] // size
    cut = images.permute(0, 2, 3, 1).unflatten(2, (columns, size)).unflatten(1, (rows, size))
    return cut.permute(0, 1, 3, 2, 4, 5).flatten(3).flatten(1, 2)


exercise(
    "dit.patchify",
    reference=patchify,
    inputs={
        "2 colour images of 4 x 6, patches of 2 x 2": _images((2, 3, 4, 6), 2),
        "3 grey images of 9 x 6, patches of 3 x 3": _images((3, 1, 9, 6), 3),
        "1 code of 4 channels of 8 x 8, patches of 4 x 4": _images((1, 4, 8, 8), 4),
        "4 images of 2 channels of 5 x 3, patches of one pixel": _images((4, 2, 5, 3), 1),
        "2 images of 2 channels of 3 x 12, patches of 3 x 3": _images((2, 2, 3, 12), 3),
        "2 colour images of 5 x 5, one patch each": _images((2, 3, 5, 5), 5),
        "2 images of 5 channels of 6 x 2, patches of 2 x 2": _images((2, 5, 6, 2), 2),
    },
    mistakes=[
        Mistake(
            (_ordered((0, 4, 2, 1, 3, 5)), _from_folds((0, 3, 2, 1, 4, 5))),
            "The patches come column by column: they are wanted row by row, as one reads, and the places "
            "learned for them, like the way back to an image, count on that.",
        ),
        Mistake(
            (_ordered((0, 2, 4, 1, 5, 3)), _from_folds((0, 2, 3, 1, 5, 4))),
            "Inside a patch rows and columns have changed places: every patch stands in its right place and "
            "is mirrored along its diagonal.",
        ),
        Mistake(
            (_ordered((0, 4, 2, 1, 5, 3)), lambda images, size: patchify(images.transpose(2, 3), size)),
            "Rows and columns have changed places throughout: this is the transposed image, cut rightly.",
        ),
        Mistake(
            (_ordered((0, 2, 4, 3, 5, 1)), _from_folds((0, 2, 3, 4, 5, 1)), _pixels_last),
            "The channel comes last inside a patch: a fair order, but the one wanted has the whole first "
            "channel of a patch, then the second.",
        ),
        Mistake(
            (_ordered((0, 2, 4, 3, 1, 5)),),
            "The channel comes between row and column inside a patch: the first channel of the whole patch "
            "is wanted first, then the second.",
        ),
        Mistake(
            (
                _read,
                _read_from((0, 2, 3, 1)),
                _unfold_read,
                _counted_last,
                _ordered((0, 2, 3, 4, 1, 5)),
                lambda images, size: images.flatten(2).unflatten(2, (-1, size**2)).transpose(1, 2).flatten(2),
            ),
            "The numbers are only read in another shape: it looks right, but one of your patches is a piece "
            "of some rows of the image and no square; the axes of rows and columns must be moved.",
        ),
        Mistake(
            _folds_read,
            "The channels are still in front when patches are joined: your first patches all come from the "
            "first channel, and a patch holds several neighbours of one colour and no second colour.",
        ),
        Mistake(
            (
                _torn((0, 3, 5, 1, 2, 4)),
                _torn((0, 2, 4, 1, 3, 5)),
                _torn((0, 3, 5, 2, 4, 1)),
            ),
            "You cut an axis into [size, number of patches]: neighbours then land in different patches, and "
            "one of yours is a coarse image of the whole; the number of patches comes first, then size.",
        ),
        Mistake(
            (
                lambda images, size: F.unfold(images, size, stride=size),
                lambda images, size: F.pixel_unshuffle(images, size).flatten(2),
                lambda images, size: patchify(images, size).transpose(1, 2),
            ),
            "The patches run along the last axis: a row must be a patch, [B, N, C size^2], so exchange the "
            "last two axes.",
        ),
        Mistake(
            (
                lambda images, size: F.unfold(images, size).transpose(1, 2),
                lambda images, size: F.unfold(images, size),
            ),
            "The patches overlap: without a stride the window moves by one pixel, and there are many times "
            "as many; it must move by size.",
        ),
        Mistake(
            (
                _ordered((0, 1, 2, 4, 3, 5), lambda cut: cut.flatten(4).flatten(1, 3)),
                _ordered((0, 2, 4, 1, 3, 5), lambda cut: cut.flatten(4).flatten(1, 3)),
            ),
            "Each channel makes patches of its own: all channels of one square belong to one patch, "
            "C size^2 numbers long.",
        ),
        Mistake(
            (
                _ordered((0, 2, 4, 1, 3, 5), lambda cut: cut),
                _ordered((0, 2, 4, 1, 3, 5), lambda cut: cut.flatten(1, 2)),
                _ordered((0, 2, 4, 1, 3, 5), lambda cut: cut.flatten(3)),
                lambda images, size: F.pixel_unshuffle(images, size),
                _folds,
            ),
            "The pieces are there, but not joined to [B, N, C size^2]: a transformer takes a row of vectors, "
            "so flatten what belongs to one patch, and the rows and columns of patches into one axis.",
        ),
        Mistake(
            (
                lambda images, size: patchify(images, size).flatten(1),
                lambda images, size: patchify(images, size).flatten(0, 1),
            ),
            "Too much is joined: what belongs to one patch is one vector, and the patches of an image stay "
            "apart, [B, N, C size^2].",
        ),
        Mistake(
            (_square, lambda images, size: _square(images.transpose(2, 3), size)),
            "You take the height for the width: an image may have more columns of patches than rows.",
        ),
        Mistake(
            (
                lambda images, size: patchify(images.flip(2), size),
                lambda images, size: patchify(images, size).flip(1),
                lambda images, size: patchify(images, size).flip(2),
            ),
            "Something runs backwards: patches, rows and columns all start in the upper left corner.",
        ),
    ],
    hints=[
        "A pixel has a row of patches and a row inside its patch, and so for columns: split the axes of "
        "height and width into two each. Which of the two new axes comes first?",
        "With six axes, [B, C, rows, size, columns, size], permute brings those that count patches to the "
        "front and those inside a patch to the back; then join.",
        "Only permute (or transpose) moves numbers; reshape and view read them in the order they stand in. "
        "The order wanted: image, row of patches, column of patches, channel, row, column.",
    ],
)
