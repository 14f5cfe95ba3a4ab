"""What the course learns from: 2-D toys, small digits, drawn faces, and torchvision's classics on request."""

import torch

from course_utils._validate import check_choice, check_int

from . import faces, glyphs
from ._random import MAX_SEED, balanced_subset, stream
from .digits import load_digits
from .faces import load_faces
from .folder import ImageFolder
from .glyphs import load_glyphs
from .images import ImageData
from .mnist_5k import load_mnist_5k
from .moving import Videos, moving_digits
from .toy import TOYS, toy
from .vision import VISION, download, load_vision

_DRAWN = {"glyphs": (load_glyphs, glyphs.DEFAULT_SIZE), "faces": (load_faces, faces.DEFAULT_SIZE)}
_BUNDLED = {"digits": load_digits, "mnist_5k": load_mnist_5k}
DATASETS = (*_BUNDLED, *_DRAWN, *VISION)
SPLITS = ("train", "test")

__all__ = [
    "DATASETS", "SPLITS", "TOYS", "ImageData", "ImageFolder", "Videos", "download", "load", "moving_digits",
    "toy",
]  # fmt: skip


def load(name, split="train", n=None, seed=0):
    """A labelled set of images, ready in memory; never downloads anything.

    name: one of DATASETS: `digits` (8 x 8) and `mnist_5k` (28 x 28), real handwriting; `glyphs` (28 x 28)
    and `faces` (32 x 32, colour), drawn in any number, their factors known; `mnist`, `fashion_mnist` (28 x
    28) and `cifar10` (32 x 32, colour) once download(name) has fetched them. split: "train" or "test". n:
    int, how many; None is all of a fixed set, 20,000 (train) or 4,000 (test) glyphs, 6,000 or 2,000 faces.
    seed: int, at least 0; picks what is drawn, and the subset of a fixed set (as balanced as n allows),
    never its split. Returns ImageData with images [n, C, H, W] in [0, 1]. Raises ValueError for another
    name or split, n below 1 or beyond a fixed set, and damaged files; FileNotFoundError, with the command
    to run, for a set not downloaded; TypeError for another type.
    """
    name = check_choice("name", name, DATASETS)
    split = check_choice("split", split, SPLITS)
    n = None if n is None else check_int("n", n)
    seed = check_int("seed", seed, minimum=0, maximum=MAX_SEED)
    if name in _DRAWN:
        draw, size = _DRAWN[name]
        return draw(split, size[split] if n is None else n, seed)
    return _subset(_BUNDLED[name](split) if name in _BUNDLED else load_vision(name, split), n, seed)


def _subset(data, n, seed):
    """The whole of a fixed data set, or a balanced random part of it; bytes become numbers in [0, 1]."""
    if n is not None and n > len(data):
        raise ValueError(
            f"n must be at most {len(data)}, the size of {data.name}'s {data.split} split; got {n}."
        )
    images, labels = data.images, data.labels
    if n is not None:
        chosen = balanced_subset(labels, n, stream(f"subset/{data.name}", seed, data.split))
        images, labels = images[chosen], labels[chosen]
    if images.dtype == torch.uint8:
        images = images.contiguous().float().div_(255)
    return ImageData(images, labels, data.classes, None, data.name, data.split)
