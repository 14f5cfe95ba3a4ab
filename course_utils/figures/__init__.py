"""Figures in one style; every one carries alternative text."""

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
    "PURPLE", "SIGN", "SKY", "STYLE", "YELLOW", "png", "show", "subplots",
]  # fmt: skip
