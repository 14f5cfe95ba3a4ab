"""A folder of pictures that stands for one's own until there is one."""

from pathlib import Path

import torch

from .._validate import check_int, check_seed, quoted


def example_folder(path, n=400, seed=0):
    """Write n pictures to the folder path, each one leaf on paper, 48 pixels square in colour: the path.

    path: str or Path; the folder is made where it is missing; pictures of the same names are written over.
    n: int, at least 1; seed: int. Replace it by a folder of your own, for `data.ImageFolder`. Raises
    TypeError or ValueError for other arguments, and NotADirectoryError where path is a file.
    """
    from PIL import Image

    if not isinstance(path, str | Path) or not str(path) or "\0" in str(path):
        raise TypeError(f"path must be the name of a folder; got {quoted(path)}.")
    n, generator = check_int("n", n), torch.Generator().manual_seed(check_seed("seed", seed))
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"path must be the name of a folder; {str(path)!r} is a file.")
    path.mkdir(parents=True, exist_ok=True)
    for k in range(n):
        pixels = (255 * _leaf(48, generator)).round().to(torch.uint8)
        Image.fromarray(pixels.numpy()).save(path / f"leaf_{k:04d}.png")
    return path


def _leaf(size, generator):
    """One leaf [size, size, 3]: two arcs that meet at the ends, at any angle, length, width and green."""
    angle, length, width, green, paper, bend = torch.rand(6, generator=generator).tolist()
    angle, length, width = 3.1416 * angle, 0.5 + 0.4 * length, 0.15 + 0.25 * width
    place = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(place, place, indexing="ij")
    cos, sin = torch.tensor(angle).cos(), torch.tensor(angle).sin()
    along, across = cos * x + sin * y, cos * y - sin * x
    across = across - 0.3 * (bend - 0.5) * (1 - (along / length).square())
    edge = width * (1 - (along / length).square())
    inside = torch.sigmoid(40 * (edge - across.abs())) * (along.abs() < length)
    vein = torch.exp(-(across / 0.02).square())
    leaf = torch.tensor([0.15 + 0.5 * green, 0.35 + 0.3 * green, 0.1])
    ground = torch.tensor([0.9, 0.88, 0.8]) + 0.08 * paper
    colour = leaf * (1 - 0.35 * vein[..., None])
    return (inside[..., None] * colour + (1 - inside[..., None]) * ground).clamp(0, 1)
