"""cgan.pixel_shuffle: channels become pixels."""

import itertools

import torch
from torch.nn import functional as F

from course_utils.checks.engine.registry import Mistake, exercise


def pixel_shuffle(x, r):
    """x: [B, C r^2, H, W] -> [B, C, r H, r W] (Shi et al. 2016, eq. 4).

    Output pixel (r i + a, r j + b) of channel c is input pixel (i, j) of channel c r^2 + a r + b.
    """
    parts = x.unflatten(1, (-1, r, r))  # [B, c, a, b, i, j]
    return parts.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3)


def _maps(r, *shape):
    """A maker of maps of that shape, and r."""
    return lambda rng: (torch.randn(shape, generator=rng), r)


def _shuffle(channels="cab", pixels="iajb"):
    """Channels taken apart in that order, outermost first; the four axes of pixels joined in that order."""

    def wrong(x, r):
        batch, total, height, width = x.shape
        sizes = {"a": r, "b": r, "c": total // r**2}
        parts = x.unflatten(1, [sizes[axis] for axis in channels])
        order = [f"B{channels}ij".index(axis) for axis in f"Bc{pixels}"]
        return parts.permute(order).reshape(batch, total // r**2, r * height, r * width)

    return wrong


_ROWS_AND_COLUMNS = ("iajb", "ibja")  # the two that interleave; in the second a and b have changed places
_TILES = ("aijb", "iabj", "aibj", "bija", "ibaj", "biaj")
_RAW = ("abij", "baij")
_JUMBLES = [
    order
    for order in map("".join, itertools.permutations("abij"))
    if order not in (*_ROWS_AND_COLUMNS, *_TILES, *_RAW)
]
_OTHER_CHANNELS = ("abc", "bac", "acb", "bca")


def _turned_shape(pixels):
    """Rows made of j, and columns of i: [B, C, r W, r H]."""

    def wrong(x, r):
        right_size = _shuffle(pixels=pixels)(x, r)
        batch, channels, height, width = right_size.shape
        return right_size.reshape(batch, channels, width, height)

    return wrong


def _enlarged(pick, **how):
    """One map for each output channel, made r times as large by interpolation."""
    return lambda x, r: F.interpolate(pick(x, r), scale_factor=r, **how)


def _first_of_each(x, r):
    return x[:, :: r**2]


def _first_few(x, r):
    return x[:, : x.shape[1] // r**2]


def _mean_of_each(x, r):
    return x.unflatten(1, (-1, r**2)).mean(2)


def _by_slices(start):
    """The output filled slice by slice; start(a, b, r): which channel of its group goes to (a, b)."""

    def wrong(x, r):
        batch, total, height, width = x.shape
        out = x.new_zeros(batch, total // r**2, r * height, r * width)
        for a in range(r):
            for b in range(r):
                out[:, :, a::r, b::r] = x[:, start(a, b, r) :: r**2]
        return out

    return wrong


def _sized(*sizes):
    """A reshape to sizes, each a function of (channels, height, width, r), which raises."""
    return lambda x, r: x.reshape(len(x), *[size(*x.shape[1:], r) for size in sizes])


exercise(
    "cgan.pixel_shuffle",
    reference=pixel_shuffle,
    gradient=["x"],
    inputs={
        "2 maps of 18 channels, 3 by 2, r = 3": _maps(3, 2, 18, 3, 2),
        "3 maps of 12 channels, 2 by 5, r = 2": _maps(2, 3, 12, 2, 5),
        "one map of 4 channels, 3 by 4, r = 2": _maps(2, 1, 4, 3, 4),
        "2 maps of 32 channels, 2 by 3, r = 4": _maps(4, 2, 32, 2, 3),
        "3 maps of 2 channels, 4 by 3, r = 1": _maps(1, 3, 2, 4, 3),
        "2 maps of 8 channels, 3 by 3, r = 2": _maps(2, 2, 8, 3, 3),
    },
    right=[
        lambda x, r: F.pixel_shuffle(x, r),
        lambda x, r: _by_slices(lambda a, b, r: a * r + b)(x, r),
    ],
    mistakes=[
        Mistake(
            tuple(_shuffle("cab", pixels) for pixels in _RAW),
            "You only reshape: the numbers stay in their order in memory, so a whole channel is laid out row "
            "after row before the next one begins, and the image is cut to stripes. The axes a and b have to "
            "move between i and j first.",
        ),
        Mistake(
            (_shuffle("cba"), _by_slices(lambda a, b, r: b * r + a)),
            "The two places a and b are exchanged: a, the slower one of the channels in a group, says which "
            "row inside the r x r square, and b which column. Every little square comes out mirrored.",
        ),
        Mistake(
            tuple(_shuffle(channels) for channels in _OTHER_CHANNELS),
            "The channels are taken apart in another order: the r^2 channels of one output channel lie next "
            "to each other, so c is the slowest of the three and comes first. As it stands different output "
            "channels are mixed.",
        ),
        Mistake(
            tuple(_shuffle(channels, pixels) for pixels in _TILES for channels in ("cab", *_OTHER_CHANNELS)),
            "Along the rows or the columns whole maps lie one after the other, like tiles: neighbours in the "
            "output must come from different channels at the same place, so in each pair i comes before a, "
            "and j before b.",
        ),
        Mistake(
            (
                *(_shuffle("cab", pixels) for pixels in _JUMBLES),
                *(_shuffle(channels, pixels) for channels in _OTHER_CHANNELS for pixels in _RAW),
            ),
            "Axes that do not belong together are joined: the output's rows are made of i and a, its columns "
            "of j and b, and these stand next to each other in that order before the last reshape.",
        ),
        Mistake(
            (
                *(_turned_shape(pixels) for pixels in ("jbia", "jaib", "jbai", "bjia", "bjai")),
                lambda x, r: pixel_shuffle(x, r).mT,
                lambda x, r: pixel_shuffle(x.mT, r),
            ),
            "Height and width have changed places: i and a make the rows, so the output is r H high and r W "
            "wide.",
        ),
        Mistake(
            (
                *(
                    _enlarged(pick, **how)
                    for pick in (_first_of_each, _first_few, _mean_of_each)
                    for how in (
                        {"mode": "nearest"},
                        {"mode": "bilinear"},
                        {"mode": "bicubic"},
                        {"mode": "bilinear", "align_corners": True},
                    )
                ),
            ),
            "You enlarge some of the maps by interpolation: that makes no pixel that was not there before. "
            "In a pixel shuffle each of the r^2 pixels of a square comes from a channel of its own, and "
            "nothing is left out or averaged.",
        ),
        Mistake(
            (
                lambda x, r: F.interpolate(x, scale_factor=r),
                lambda x, r: F.interpolate(x, scale_factor=r, mode="bilinear"),
                lambda x, r: x.repeat_interleave(r, 2).repeat_interleave(r, 3),
            ),
            "You enlarge every channel and keep all of them: the r^2 channels of a group are to become the "
            "pixels of one, so their number falls by r^2 as that of the pixels grows.",
        ),
        Mistake(
            tuple(
                _sized(channels, *rest)
                for channels in (lambda c, h, w, r: c // r, lambda c, h, w, r: c)
                for rest in (
                    [lambda c, h, w, r: r, lambda c, h, w, r: r, lambda c, h, w, r: h, lambda c, h, w, r: w],
                    [lambda c, h, w, r: r * h, lambda c, h, w, r: r * w],
                    [lambda c, h, w, r: h * r * r * w],
                )
            ),
            "The number of output channels is off: of the input's channels r^2 go into one square of r by r "
            "pixels, so divide their number by r^2.",
        ),
        Mistake(
            lambda x, r: F.pixel_unshuffle(x, r),
            "That is the way back, from pixels to channels: here channels become pixels.",
        ),
        Mistake(
            (
                lambda x, r: pixel_shuffle(x, 2),
                lambda x, r: F.pixel_shuffle(x, 2),
            ),
            "The factor is fixed at 2 in your code: r is handed over.",
        ),
        Mistake(
            (
                lambda x, r: pixel_shuffle(x, r).flip(2),
                lambda x, r: pixel_shuffle(x, r).flip(3),
                lambda x, r: pixel_shuffle(x, r).flip(2, 3),
                lambda x, r: (
                    x.unflatten(1, (-1, r, r))
                    .flip(2, 3)
                    .permute(0, 1, 4, 2, 5, 3)
                    .flatten(4, 5)
                    .flatten(2, 3)
                ),
                _by_slices(lambda a, b, r: r * r - 1 - (a * r + b)),
            ),
            "Something runs backwards: a and b, like i and j, are counted from the top left.",
        ),
    ],
    hints=[
        "The number of a channel has three parts, c, a and b. Which of them are to become part of the rows, "
        "and which of the columns?",
        "First take the channel axis apart into three, without moving anything. Then bring the six axes into "
        "an order in which what belongs to a row stands together, and what belongs to a column.",
        "The order is: batch, c, i, a, j, b. In each pair the one that changes slowly comes first; a reshape "
        "then joins the pairs.",
    ],
)
