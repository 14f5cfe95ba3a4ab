"""Figures in one style; every one carries alternative text."""

from .gan import norm_axes
from .images import frame, image_rows, mosaic
from .planes import colour_plane, grid, scatter_classes
from .style import (
    BLACK,
    CLASSES,
    DATA,
    GREEN,
    LINES,
    MAGNITUDE,
    MODEL,
    NOISE,
    ORANGE,
    PALETTE,
    PURPLE,
    SIGN,
    SKY,
    STYLE,
    png,
    show,
    subplots,
)

__all__ = [
    "BLACK", "CLASSES", "DATA", "GREEN", "LINES", "MAGNITUDE", "MODEL", "NOISE", "ORANGE", "PALETTE",
    "PURPLE", "SIGN", "SKY", "STYLE", "colour_plane", "frame", "grid", "image_rows", "mosaic", "norm_axes",
    "png", "scatter_classes", "show", "subplots",
]  # fmt: skip
