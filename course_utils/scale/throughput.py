"""How fast images come: out of memory, and out of files by so many processes, measured on this machine."""

import io
import time

import numpy as np
import torch
from torch.utils.data import Dataset

from .. import training
from .._validate import check_int, check_kind, check_number, check_tensor


class Encoded(Dataset):
    """Images as the bytes of PNGs in memory, each decoded when it is asked for: a folder without its disk.

    images: uint8 [N, C, H, W] with C of 1 or 3; item i is uint8 [C, H, W], the very image i.
    """

    def __init__(self, images):
        from PIL import Image

        self.files = []
        for image in images:
            pixels = image[0] if len(image) == 1 else image.permute(1, 2, 0)
            buffer = io.BytesIO()
            Image.fromarray(pixels.numpy()).save(buffer, "PNG")
            self.files.append(buffer.getvalue())

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        from PIL import Image

        with Image.open(io.BytesIO(self.files[index])) as picture:
            pixels = torch.from_numpy(np.array(picture))
        return pixels[None] if pixels.ndim == 2 else pixels.permute(2, 0, 1).contiguous()


def throughput(images, workers=(0, 1, 2), batch_size=128, seconds=1.0, device=None):
    """Images a second in the course's own loop, which does nothing with them, as {"resident": n, ...}.

    images: uint8 [N, C, H, W], C of 1 or 3. "resident": they lie on the device as bytes; "workers_K": each is
    decoded from a PNG, by K processes (0: by this one). Each is measured for so many seconds after its first
    batch, which also starts the processes. Raises ValueError or TypeError for other arguments.
    """
    check_tensor("images", images, "[N, C, H, W]", floating=False)
    if images.dtype != torch.uint8 or images.shape[1] not in (1, 3):
        raise ValueError(f"images must be uint8 [N, 1 or 3, H, W]; got {images.dtype} {list(images.shape)}.")
    check_kind("workers", workers, tuple | list, "a tuple of whole numbers")
    workers = [check_int("workers", count, 0, 64) for count in workers]
    check_int("batch_size", batch_size), check_number("seconds", seconds, 0, open_minimum=True)
    device, encoded = training.pick_device(device), Encoded(images.cpu())
    found = {"resident": rate(images, batch_size, seconds, device)}
    return found | {f"workers_{k}": rate(encoded, batch_size, seconds, device, k) for k in workers}


def rate(data, batch_size, seconds, device, workers=0):
    """Images a second of one kind of data, from the end of the first batch to the end of the last."""
    counts, started = [], time.perf_counter()

    def update(x):
        counts.append(len(x))
        return x.mean()

    loop = training.steps(
        update, data, steps=10**9, batch_size=batch_size, device=device, workers=workers, progress=False
    )
    for step in loop:
        if step == 1:
            settled(device)
            started = time.perf_counter()
        elif time.perf_counter() - started > seconds:
            break
    settled(device)
    took = time.perf_counter() - started
    loop.close()
    return sum(counts[1:]) / took


def settled(device):
    """Wait until a GPU has done what it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
