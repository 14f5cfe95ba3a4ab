"""What it takes to make a checkpoint again."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """A checkpoint's name and how it is made; all four functions are deterministic given settings["seed"].

    build() -> model. data() -> ImageData to train on. train(model, data, seconds=None, progress=True) -> the
    model to keep (its average, say) and the History. evaluate(model) -> metrics on held-out data, name ->
    number. settings: what the functions use, as it is written into the provenance. lessons: who needs it.
    """

    name: str
    summary: str
    lessons: tuple[str, ...]
    build: Callable
    data: Callable
    train: Callable
    evaluate: Callable
    settings: dict = field(default_factory=dict)
