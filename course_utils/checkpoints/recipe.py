"""What it takes to make a checkpoint again, and what the recipes share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from .. import training
from .._validate import check_choice

DTYPES = ("float32", "float16")


@dataclass(frozen=True)
class Recipe:
    """A checkpoint's name and how it is made; all four functions are deterministic given settings["seed"].

    build() -> model. data() -> ImageData to train on. train(model, data, seconds=None, progress=True) -> the
    model to keep (its average, say) and the History. evaluate(model) -> metrics on held-out data, name ->
    number. settings: what the functions use, as it is written into the provenance. lessons: who needs it.
    dtype: how the weights are stored, "float32" or "float16" (half the bytes, three digits); they are
    evaluated as stored, and loaded as float32. Raises ValueError for another dtype.
    """

    name: str
    summary: str
    lessons: tuple[str, ...]
    build: Callable
    data: Callable
    train: Callable
    evaluate: Callable
    settings: dict = field(default_factory=dict)
    dtype: str = "float32"

    def __post_init__(self):
        check_choice("dtype", self.dtype, DTYPES)


def budget(settings, seconds=None):
    """The budget for training.fit and training.steps: the settings' steps, or `seconds` where given."""
    return {"steps": settings["steps"]} if seconds is None else {"seconds": seconds}


def fit(settings, model, loss, data, seconds=None, progress=True):
    """Train one model as the settings say, for `seconds` where given: the averaged model, and the History."""
    history = training.fit(
        model, loss, data, **budget(settings, seconds), batch_size=settings["batch_size"], lr=settings["lr"],
        weight_decay=settings.get("weight_decay", 0.0), ema_decay=settings["ema_decay"],
        seed=settings["seed"], precision="fp32", progress=progress,
    )  # fmt: skip
    return history.ema, history


@dataclass(frozen=True)
class Runs:
    """Several runs as one: what a provenance asks of a History. Steps and seconds are sums."""

    steps: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    def __add__(self, history):
        return Runs(
            self.steps + history.steps,
            self.seconds + history.seconds,
            self.interrupted or history.interrupted,
        )


def as_metrics(measures, found):
    """{"measure_row": number} for a provenance, of found: row -> its numbers, one for each of measures."""
    return {
        f"{what}_{name}": value
        for name, values in found.items()
        for what, value in zip(measures, values, strict=True)
    }


class Samples(nn.Module):
    """Generated digits by row of a study.

    names: the rows' names; images: uint8 [rows, seeds, N, 1, 8, 8]. Called with a name it gives that row.
    """

    def __init__(self, names, seeds, n):
        super().__init__()
        self.names = tuple(names)
        self.register_buffer("images", torch.zeros(len(names), seeds, n, 1, 8, 8, dtype=torch.uint8))

    def forward(self, name):
        """The samples of a row by its name, float32 [seeds, N, 1, 8, 8] in [0, 1]. ValueError for another."""
        check_choice("name", name, self.names)
        return self.images[self.names.index(name)].float() / 255
