"""What the course learns from: 2-D toys, small digits, and torchvision's classics on request."""

from course_utils._validate import check_choice, check_int

from ._random import MAX_SEED, balanced_subset, stream
from .digits import load_digits
from .images import ImageData
from .toy import TOYS, toy

DATASETS = ("digits",)
SPLITS = ("train", "test")

__all__ = ["DATASETS", "SPLITS", "TOYS", "ImageData", "load", "toy"]


def load(name, split="train", n=None, seed=0):
    """A labelled set of images; see ImageData for what comes back. Never downloads anything."""
    name = check_choice("name", name, DATASETS)
    split = check_choice("split", split, SPLITS)
    n = None if n is None else check_int("n", n)
    seed = check_int("seed", seed, minimum=0, maximum=MAX_SEED)
    return _subset(load_digits(split), n, seed)


def _subset(data, n, seed):
    """The whole of a fixed data set, or a balanced random part of it."""
    if n is None:
        return data
    if n > len(data):
        raise ValueError(
            f"n must be at most {len(data)}, the size of {data.name}'s {data.split} split; got {n}."
        )
    chosen = balanced_subset(data.labels, n, stream(f"subset/{data.name}", seed, data.split))
    return ImageData(data.images[chosen], data.labels[chosen], data.classes, None, data.name, data.split)
