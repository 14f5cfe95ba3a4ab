"""What moments say of one bright shape on dark: its ink, size, boldness and slant."""

import torch

from .._double import double
from .._validate import check_tensor


def ink(x):
    """The sum of the pixels of each image: x [B, 1, H, W] in [0, 1] -> [B]."""
    return check_tensor("x", x, "[B, 1, H, W]").sum((1, 2, 3))


def radius(x):
    """The root mean square distance of the ink from its centre of mass, in pixels: x [B, 1, H, W] -> [B].

    A shape s times as large has s times the radius; a turn and a shift leave it alone (the radius of gyration
    of mechanics). NaN where an image has no ink.
    """
    across, _, up = _second_moments(x)
    return (across + up).sqrt()


def boldness(x):
    """Ink by squared radius, a pure number: x [B, 1, H, W] -> [B]; larger or turned shapes keep it.

    Of two fonts the bolder has more of it. NaN where an image has no ink.
    """
    across, _, up = _second_moments(x)
    return ink(x).to(across) / (across + up)


def slant(x):
    """By how many pixels the ink moves to the right per pixel up: x [B, 1, H, W] -> [B].

    The slope of the regression of columns on rows: E[dx dy] / E[dy^2] about the centre of mass, y upwards.
    A shear by s adds s to it, exactly; an upright shape has its own, which depends on the digit. NaN where an
    image has no ink.
    """
    _, mixed, up = _second_moments(x)
    return mixed / up


def _second_moments(x):
    """E[dx^2], E[dx dy], E[dy^2] of the ink of images [B, 1, H, W], y upwards: float64 [B]."""
    image = double(check_tensor("x", x, "[B, 1, H, W]")[:, 0])
    total = image.sum((1, 2))
    right = torch.arange(image.shape[2], dtype=torch.float64, device=image.device)
    up = -torch.arange(image.shape[1], dtype=torch.float64, device=image.device)
    by_column, by_row = image.sum(1) / total[:, None], image.sum(2) / total[:, None]
    dx, dy = right - (by_column @ right)[:, None], up - (by_row @ up)[:, None]
    mixed = torch.einsum("bhw,bw,bh->b", image, dx, dy) / total
    return (by_column * dx.square()).sum(1), mixed, (by_row * dy.square()).sum(1)
