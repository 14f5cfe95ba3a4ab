"""A folder of pictures as it is found: looked through once, what cannot be read set aside and named."""

import collections
import contextlib
import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from .. import data

GREY, COLOUR = ("1", "L", "LA", "La"), ("RGB", "RGBA", "RGBX", "P", "PA", "CMYK", "YCbCr", "HSV", "LAB")
ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)  # of a photograph's EXIF record: height and width change places
NAMED = 3  # of the files that cannot be read


class Pictures(data.ImageFolder):
    """data.ImageFolder whose files were all looked at: of one size and one mode, and readable at first sight.

    path: a folder of pictures, of folders with pictures at any depth, or of one folder that is one of these;
    the class is the name of the uppermost folder of several. size: as of ImageFolder; without it all must
    have one size already. channels: 1, 3, or None where all are grey or all are in colour. `bad`: the files
    left out. Raises FileNotFoundError or ValueError, in one sentence, for what is no such folder.
    """

    def __init__(self, path, size=None, channels=None):
        super().__init__(inner(path), size, 3 if channels is None else channels)
        with ThreadPoolExecutor() as pool:
            files = [file for file, _ in self.files]
            seen = dict(zip(files, pool.map(look, files), strict=True))
        self.replaced = set()  # of damaged ones that were spoken of
        self.bad = [file for file, found in seen.items() if found is None]
        if len(self.bad) == len(seen):
            raise ValueError(f"none of the {len(seen):,} images in {str(path)!r} can be read.")
        good = {file: found for file, found in seen.items() if found is not None}
        self.files = [(file, label) for file, label in self.files if file in good]
        if len(self.classes) < 2:
            self.classes, self.files = (), [(file, None) for file, _ in self.files]
        self.channels = one_mode(path, good.values()) if channels is None else channels
        height, width = (size, size) if size else one_size(path, good.values())
        self.shape = (self.channels, height, width)

    def __getitem__(self, index):
        """As of ImageFolder; the next one that can be read stands in for one whose pixels are damaged."""
        for number in range(index, index + len(self)):
            try:
                return self.item(number % len(self))
            except ValueError as error:
                if str(error) not in self.replaced:
                    self.replaced.add(str(error))
                    print(f"{error}; the next one stands in for it.", file=sys.stderr)
        raise ValueError(f"no image in {str(self.path)!r} can be read any more")

    def item(self, index):
        """ImageFolder's item, which raises ValueError where the file cannot be read."""
        return super().__getitem__(index)

    def only(self, numbers):
        """The same folder with only the files of these numbers."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, files=[self.files[i] for i in numbers])
        return other

    def in_memory(self):
        """All items as (images uint8 [N, C, H, W], labels int64 [N] or None); damaged ones join `bad`."""
        images = torch.empty(len(self), *self.shape, dtype=torch.uint8)

        def read(number):
            with contextlib.suppress(ValueError, RuntimeError):  # of another shape than its head says
                item = self.item(number)
                images[number] = item if self.files[number][1] is None else item[0]
                return True
            return False

        with ThreadPoolExecutor() as pool:  # PIL decodes outside Python's lock
            readable = list(pool.map(read, range(len(self))))
        self.bad += [file for (file, _), good in zip(self.files, readable, strict=True) if not good]
        if not any(readable):
            raise ValueError(f"none of the {len(self):,} images in {str(self.path)!r} can be read.")
        if not all(readable):
            self.files, images = [*itertools.compress(self.files, readable)], images[torch.tensor(readable)]
        return images, torch.tensor([label for _, label in self.files]) if self.classes else None

    def complaint(self):
        """One sentence about what was left out; empty where nothing was."""
        if not self.bad:
            return ""
        names = ", ".join(str(file.relative_to(self.path)) for file in self.bad[:NAMED])
        more = f" and {len(self.bad) - NAMED:,} more" if len(self.bad) > NAMED else ""
        are = "image cannot be read and is" if len(self.bad) == 1 else "images cannot be read and are"
        return f"{len(self.bad):,} {are} left out: {names}{more}."


def inner(path):
    """The folder itself, or the one inside it for as long as there is nothing else in it."""
    path = Path(path)
    while path.is_dir():
        inside = [each for each in path.iterdir() if not each.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir():
            break
        path = inside[0]
    return path


def look(file):
    """(height, width, channels) by the file's head, or None where it is no image that can be used."""
    from PIL import Image

    try:
        with Image.open(file) as picture:
            width, height = picture.size
            # PIL would decode a PNG to look for what hardly any has.
            has_exif = picture.format != "PNG" or "exif" in picture.info
            if has_exif and picture.getexif().get(ORIENTATION) in TURNED:
                width, height = height, width
            mode = picture.mode
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (height, width, 1 if mode in GREY else 3) if mode in (*GREY, *COLOUR) else None


def one_mode(path, found):
    """The channels of all; ValueError where some are grey and some in colour."""
    counts = collections.Counter(channels for *_, channels in found)
    if len(counts) > 1:
        raise ValueError(
            f"of the images in {str(path)!r} {counts[1]:,} are grey and {counts[3]:,} in colour: give "
            "--channels 1 or --channels 3 to bring them to one kind."
        )
    return next(iter(counts))


def one_size(path, found):
    """(H, W) of all; ValueError where they differ."""
    sizes = sorted(
        {(height, width) for height, width, _ in found}, key=lambda size: (size[0] * size[1], size)
    )
    if len(sizes) > 1:
        small, large = (f"{height} x {width}" for height, width in (sizes[0], sizes[-1]))
        raise ValueError(
            f"the images in {str(path)!r} have sizes from {small} to {large} pixels: give --size 32, say, to "
            "bring them to one."
        )
    return sizes[0]
