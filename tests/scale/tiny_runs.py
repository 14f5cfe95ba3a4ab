"""What the tests of this folder share: folders of small pictures, and runs of a few steps."""

import torch
from PIL import Image

from course_utils import scale

QUICK = {"preset": "quick", "device": "cpu", "progress": False, "samples": 4, "batch": 8}


def pictures(folder, n=20, size=(16, 16), mode="RGB", classes=("cat", "dog")):
    """A folder with n PNGs, shared out among folders of classes; with () all lie in the folder itself."""
    dice = torch.Generator().manual_seed(0)
    for i in range(n):
        inside = folder / classes[i % len(classes)] if classes else folder
        inside.mkdir(parents=True, exist_ok=True)
        width, height = size
        shape = (height, width) if mode == "L" else (height, width, 3)
        pixels = torch.randint(0, 256, shape, generator=dice).to(torch.uint8)
        Image.fromarray(pixels.numpy(), mode).save(inside / f"{i:03d}.png")
    return folder


def run(recipe, data, out, steps=3, **options):
    """A run of a few steps of the small network; the record."""
    return scale.train(recipe, data, out, steps=steps, **{**QUICK, **options})
