"""A folder of pictures as a torch Dataset, which reads each of them when it is asked for."""

from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from course_utils._validate import check_choice, check_int

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".gif")
MODES = {1: "L", 3: "RGB"}


class ImageFolder(Dataset):
    """The pictures of a folder: item i is (uint8 [C, H, W], label), in the order of their names.

    A label is the number of the subfolder that the picture lies in, sorted by name, and `classes` names them;
    pictures that lie in the folder itself have no label, and items are then images alone. size: the side of a
    square that the middle of each picture is scaled to, or None: as it is. channels: 3 or 1 (grey). Hidden
    files and folders are passed over. Raises FileNotFoundError for no such folder, ValueError for one without
    pictures; an item raises ValueError for a file that is no picture.
    """

    def __init__(self, path, size=None, channels=3):
        self.path, self.size = Path(path), None if size is None else check_int("size", size)
        check_choice("channels", str(channels), list(map(str, MODES)))
        self.channels = int(channels)
        if not self.path.is_dir():
            raise FileNotFoundError(f"data must be a folder of images; there is no folder {str(path)!r}.")
        inside = sorted(each for each in self.path.iterdir() if not each.name.startswith("."))
        folders = [each for each in inside if each.is_dir() and _pictures(each)]
        alone = _pictures(self.path, deep=False)
        if not folders and not alone:
            raise ValueError(f"{str(path)!r} holds no images ({', '.join(SUFFIXES)}).")
        if folders and alone:
            raise ValueError(
                f"{str(path)!r} holds images and folders of images: give each image a folder, or none."
            )
        self.classes = tuple(folder.name for folder in folders)
        labelled = [(file, k) for k, folder in enumerate(folders) for file in _pictures(folder)]
        self.files = labelled or [(file, None) for file in alone]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        from PIL import Image, ImageOps

        file, label = self.files[index]
        try:
            with Image.open(file) as opened:
                picture = ImageOps.exif_transpose(opened).convert(MODES[self.channels])
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise ValueError(f"{file} is no image that can be read ({type(error).__name__})") from error
        if self.size is not None:
            picture = ImageOps.fit(picture, (self.size, self.size), Image.Resampling.LANCZOS)
        pixels = torch.from_numpy(np.array(picture).reshape(picture.height, picture.width, -1))
        image = pixels.permute(2, 0, 1).contiguous()
        return image if label is None else (image, label)


def _pictures(folder, deep=True):
    found = folder.rglob("*") if deep else folder.iterdir()
    return sorted(
        file
        for file in found
        if file.suffix.lower() in SUFFIXES
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )
