"""Which coordinates a coupling leaves alone: True stays, False is changed."""

import torch

from .._validate import check_flag, check_int


def halves(dim, swap=False):
    """The first half stays, [dim]; with swap the other coordinates. dim must be at least 2."""
    check_flag("swap", swap)
    return (torch.arange(check_int("dim", dim, 2)) < dim // 2) ^ bool(swap)


def every_other(dim, swap=False):
    """Coordinates 0, 2, 4, ... stay, [dim]; with swap the others. dim must be at least 2."""
    check_flag("swap", swap)
    return (torch.arange(check_int("dim", dim, 2)) % 2 == 0) ^ bool(swap)


def checkerboard(height, width, swap=False):
    """The dark squares of a board stay, [1, H, W]; with swap the light ones (Dinh et al. 2017, figure 3)."""
    check_flag("swap", swap)
    rows, columns = torch.arange(check_int("height", height, 2)), torch.arange(check_int("width", width, 2))
    return ((rows[:, None] + columns)[None] % 2 == 0) ^ bool(swap)


def channels(count, swap=False):
    """The first half of the channels stays, [C, 1, 1]; with swap the others. count must be at least 2."""
    check_int("count", count, 2), check_flag("swap", swap)
    return halves(count, swap)[:, None, None]
