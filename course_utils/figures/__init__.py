"""Figures in one style; every one carries alternative text."""

from .images import frame, image_rows, mosaic
from .planes import colour_plane, grid, scatter_classes
from .style import (
    BLACK,
    DATA,
    GREEN,
    LINES,
    MAGNITUDE,
    MARKERS,
    MODEL,
    NOISE,
    ORANGE,
    PALETTE,
    PURPLE,
    SIGN,
    SKY,
    STYLE,
    YELLOW,
    png,
    show,
    subplots,
)

__all__ = [
    "BLACK", "DATA", "GREEN", "LINES", "MAGNITUDE", "MARKERS", "MODEL", "NOISE", "ORANGE", "PALETTE",
    "PURPLE", "SIGN", "SKY", "STYLE", "YELLOW", "colour_plane", "frame", "grid", "image_rows", "mosaic",
    "png", "scatter_classes", "show", "subplots",
]  # fmt: skip
