"""What is trained on: one of the course's data sets, torchvision's, or a folder of pictures."""

import difflib
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import torch

from .. import data
from .._validate import check_choice, check_int, check_kind, check_number
from .pictures import Pictures

HELD_OUT = 2_000  # images at most
EVERY = 10  # every tenth picture of a folder is held out
RESIDENT_GB = 4.0  # of bytes of pixels; more is loaded batch by batch
CHANNELS = {"1": 1, "3": 3}


class Source(NamedTuple):
    """Images to train on, and others that are kept back.

    train: (images uint8 [N, C, H, W], labels int64 [N]) or (images,) in memory, or a Dataset of such items;
    n: how many; shape: (C, H, W); classes: names, or () where there are no labels; held_out: as train, in
    memory, in a random order; sha256: of what is trained on (its files' names and sizes, where it is not in
    memory); complaint: a sentence about what could not be read, or "".
    """

    name: str
    train: tuple | Pictures
    n: int
    shape: tuple
    classes: tuple
    held_out: tuple
    sha256: str
    complaint: str = ""

    @property
    def resident(self):
        """Whether the images lie in memory."""
        return isinstance(self.train, tuple)

    def some(self, n, seed=0):
        """n training images at random (all, where there are fewer) as a tuple like held_out."""
        order = torch.randperm(self.n, generator=torch.Generator().manual_seed(seed))[:n]
        if self.resident:
            return tuple(each[order] for each in self.train)
        return _tuple(*self.train.only(order.tolist()).in_memory())


def load(name, size=None, channels=None, resident_gb=RESIDENT_GB, seed=0):
    """The Source called name: one of data.DATASETS, or the path of a folder of pictures.

    size: bring a folder's pictures to so many pixels of height and width; channels: 1 or 3, bring them to
    grey or to colour. resident_gb: keep up to so many gigabytes in memory. seed: of the sets that are drawn.
    Nothing is downloaded. Raises ValueError or FileNotFoundError, in one sentence, for a name that is
    neither, a set that is not there (with the command that fetches it), and a folder that cannot be used.
    """
    check_kind("data", name, str | os.PathLike, "the name of a data set or a folder")
    size = None if size is None else check_int("size", size, 4)
    channels = None if channels is None else CHANNELS[check_choice("channels", str(channels), CHANNELS)]
    check_number("resident_gb", resident_gb, 0)
    if str(name) not in data.DATASETS:
        return _of_folder(name, size, channels, resident_gb)
    if size is not None or channels is not None:
        raise ValueError(f"--size and --channels are for folders of pictures; {name} has its own.")
    train, test = (data.load(name, split, seed=seed) for split in data.SPLITS)
    parts = [_tuple(_bytes(part.images), part.labels) for part in (train, test)]
    held_out = _shuffled(parts[1])
    return Source(
        name, parts[0], len(train), tuple(train.images.shape[1:]), train.classes, held_out, _sha(parts[0])
    )


def _of_folder(path, size, channels, resident_gb):
    if not Path(path).is_dir():
        near = difflib.get_close_matches(str(path), data.DATASETS, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise FileNotFoundError(
            f"data must be one of {', '.join(data.DATASETS)}, or a folder of images; there is no folder "
            f"{str(path)!r}{hint}."
        )
    found = Pictures(path, size, channels)
    if len(found) < 2:
        raise ValueError(f"{str(path)!r} must hold at least two images, for one is kept back; it holds one.")
    every = min(EVERY, len(found))
    back = [i for i in range(len(found)) if i % every == every - 1]
    rest = [i for i in range(len(found)) if i % every != every - 1]
    kept, train = found.only(back[:: -(-len(back) // HELD_OUT)]), found.only(rest)
    held_out = _shuffled(_tuple(*kept.in_memory()))
    if len(train) * torch.Size(found.shape).numel() <= resident_gb * 1e9:
        parts = _tuple(*train.in_memory())
        sha = _sha(parts)
    else:
        parts = train
        sha = hashlib.sha256(
            "".join(f"{file.name}:{file.stat().st_size};" for file, _ in train.files).encode()
        ).hexdigest()
    name, n = f"folder {found.path.resolve().name}", len(train)
    return Source(name, parts, n, found.shape, found.classes, held_out, sha, found.complaint())


def _tuple(images, labels):
    return (images,) if labels is None else (images, labels)


def _shuffled(parts):
    """HELD_OUT of the images at most, in a random order: so that the first few are of all classes."""
    order = torch.randperm(len(parts[0]), generator=torch.Generator().manual_seed(0))[:HELD_OUT]
    return tuple(each[order] for each in parts)


def _bytes(images):
    return (255 * images).round().to(torch.uint8)


def _sha(parts):
    digest = hashlib.sha256()
    for tensor in parts:
        digest.update(f"{list(tensor.shape)};".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
