"""What a family says for itself, and what several of them need."""

from collections.abc import Callable
from typing import NamedTuple

import torch

PRESETS = ("full", "quick")


class Family(NamedTuple):
    """One family of models. how: its settings, plain data, as `settings` makes them; y: labels, or left out.

    settings(shape, classes, preset) -> how, for images of shape (C, H, W) and so many classes (None: there
    are no labels): the network's sizes, and batch_size, lr and ema_decay. preset: "full", or "quick" for a
    network that a laptop can try. ValueError for a shape that the network cannot have.
    build(how) -> the network, untrained; whoever calls it seeds.
    loss(how) -> loss(model, x, y), for training.fit: x float [B, C, H, W] in [0, 1], y int64 [B]. It calls
    nothing of the model but the model itself.
    game(how, model) -> a Game, for two players, where loss is None.
    sample(how, model, n, labels, generator, guidance_scale) -> images [n, C, H, W] in [0, 1]; labels [n] or
    None; guidance_scale counts where `guided`.
    held_out(how, model, x, y) -> {"name": numbers [B]} of images that were kept back.
    prepare(model, x, y): once, before the first step, with a first batch; None where there is nothing to do.
    fit: arguments for training.fit, such as a precision.
    """

    summary: str
    settings: Callable
    build: Callable
    sample: Callable
    held_out: Callable
    loss: Callable | None = None
    game: Callable | None = None
    prepare: Callable | None = None
    guided: bool = False
    fit: dict | None = None


class Game(NamedTuple):
    """Two players at play.

    update(x, y): one round, for training.steps; parts: name -> what a checkpoint must hold, the players among
    it; kept() -> the model to keep, once the rounds are over.
    """

    update: Callable
    parts: dict
    kept: Callable


def halved(shape, most, least=4):
    """How many times H and W of shape (C, H, W) can be halved, at most so often and not below `least`."""
    _, height, width = shape
    times = 0
    while times < most and not height % 2 and not width % 2 and min(height, width) // 2 >= least:
        height, width, times = height // 2, width // 2, times + 1
    return times


def check_sides(shape, of):
    """Return shape (C, H, W) where H and W are multiples of `of`; ValueError, with what to do, if not."""
    if any(side % of for side in shape[1:]):
        near = max(of, round(min(shape[1:]) / of) * of)
        raise ValueError(
            f"the images must have a height and a width divisible by {of} for this recipe; they have "
            f"{shape[1]} x {shape[2]}: give --size {near}, say."
        )
    return shape


def dequantised(x):
    """Bytes x / 255 [B, C, H, W] as numbers in [0, 1): level k anywhere from k / 256 to (k + 1) / 256."""
    return ((255 * x).round() + torch.rand_like(x)).clamp(max=255.9999) / 256
