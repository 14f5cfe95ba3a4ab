"""What a family has to say for itself, and the way between grey levels and numbers."""

from collections.abc import Callable
from typing import NamedTuple

from ... import flows


class Family(NamedTuple):
    """One family of models; how: its settings, a dict; shape: of an image, (1, H, W).

    build(how, shape) -> module, untrained. train(how, model, images [N, 1, H, W] in [0, 1], levels, seed,
    seconds=None) -> the model to keep and its History; for `seconds` where given, else how["steps"].
    sample(how, model, n, levels, generator) -> [n, 1, H, W], dequantised. bits(how, model, y, levels,
    generator, images) -> bits per dimension [B] of dequantised y, or None; images: those of the training.
    kind: what these bits are, "exact", "bound", "by ODE" or "none".
    """

    build: Callable
    train: Callable
    sample: Callable
    bits: Callable | None
    kind: str


def dequantised(x, levels, generator=None):
    """Images x [B, 1, H, W] in [0, 1] of so many grey levels, dequantised anew: numbers in [0, 1)."""
    return flows.dequantise((x * (levels - 1)).round(), levels, generator)


def on_grey_levels(y, levels):
    """Dequantised y [B, 1, H, W] back on the grey levels, in [0, 1]; what lies outside is cut off."""
    return (y * levels).floor().clamp(0, levels - 1) / (levels - 1)


def mid_level(x, levels):
    """Images x in [0, 1] as dequantised numbers: each in the middle of its level."""
    return (x * (levels - 1) + 0.5) / levels


def bits_of(log_prob, y, levels):
    """Bits per dimension [B] for the log density of dequantised y [B, 1, H, W], in nats."""
    return flows.bits_per_dimension(log_prob, y[0].numel(), levels)
