"""torchvision's classics: read where they are, fetched only when someone asks."""

import os
import shutil
import tempfile
from pathlib import Path

import torch

from course_utils._validate import check_choice

from .images import ImageData

VISION = ("mnist", "fashion_mnist", "cifar10")
CLONE = Path(__file__).parents[2]  # where the package lies in a copy of the course


def downloads():
    """The folder of downloaded sets: COURSE_DATA, or data/downloads of the clone that the package lies in.

    An installed package lies in no clone; then it is the user's ~/.cache/course-utils.
    """
    chosen = os.environ.get("COURSE_DATA")
    if chosen:
        return Path(chosen)
    in_clone = (CLONE / "pyproject.toml").is_file()
    return CLONE / "data" / "downloads" if in_clone else Path.home() / ".cache" / "course-utils"


def load_vision(name, split):
    """All of torchvision's own train or test split, images still uint8 [N, C, H, W].

    name: one of VISION. Raises FileNotFoundError, with the command that fetches the set, where a file is
    missing; ValueError where the files are there and cannot be read.
    """
    kind = _kind(name)
    root = downloads()
    command = f"python -m course_utils download {name}"
    missing = [path for path in _files(kind) if not (root / path).is_file()]
    if missing:
        raise FileNotFoundError(
            f"{name} is not in {root} ({missing[0]} is missing): run `{command}` once, or let COURSE_DATA "
            "name the folder that has it."
        )
    try:
        images, labels, classes = _read(kind, root, split)
    except Exception as error:  # torchvision raises a dozen kinds for damaged files, and most have no text
        what = f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": .")
        where = root / _folder(kind)
        raise ValueError(
            f"{name}'s files in {where} cannot be read ({what}): run `{command}` to replace them."
        ) from error
    classes = tuple(label.split(" - ")[0] for label in classes)  # MNIST says "3 - three"
    return ImageData(images, labels, classes, None, name, split)


def download(name):
    """Fetch one of torchvision's sets into the downloads folder, whole or not at all; says where it is.

    name: one of VISION. Needs a network. Returns the folder. Files that can be read already are left alone.
    Raises ValueError for another name; RuntimeError where the set cannot be fetched.
    """
    kind = _kind(check_choice("name", name, VISION))
    root = downloads()
    target = root / _folder(kind)
    try:
        load_vision(name, "train"), load_vision(name, "test")
    except (FileNotFoundError, ValueError):
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".partial-") as partial:
            try:
                kind(partial, download=True)
            except Exception as error:  # a dozen kinds again: no network, a full disk, a bad checksum
                what = " ".join(str(error).split())[:300]
                raise RuntimeError(f"{name} could not be fetched, and nothing was kept: {what}") from error
            shutil.rmtree(target, ignore_errors=True)
            (Path(partial) / _folder(kind)).rename(target)
    print(f"{name} is in {target}")
    return target


def _kind(name):
    from torchvision import datasets  # a second or so, and only these sets need it

    return {"mnist": datasets.MNIST, "fashion_mnist": datasets.FashionMNIST, "cifar10": datasets.CIFAR10}[
        name
    ]


def _folder(kind):
    return getattr(kind, "base_folder", kind.__name__)


def _files(kind):
    """The files of a set, relative to the downloads folder."""
    if hasattr(kind, "base_folder"):
        names = [name for name, _ in kind.train_list + kind.test_list] + [kind.meta["filename"]]
        return [Path(kind.base_folder) / name for name in names]
    return [Path(kind.__name__) / "raw" / Path(name).stem for name, _ in kind.resources]


def _read(kind, root, split):
    """Images uint8 [N, C, H, W], labels int64 [N] and class names, as torchvision reads them."""
    dataset = kind(root, train=split == "train", download=False)
    images, labels = torch.as_tensor(dataset.data), torch.as_tensor(dataset.targets).long()
    images = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2)
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images but {len(labels)} labels")
    if len(labels) == 0 or labels.min() < 0 or labels.max() > 9:
        raise ValueError("no labels, or one outside 0 to 9")
    return images, labels, dataset.classes
