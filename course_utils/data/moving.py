"""Short films of one digit that crosses a dark square, for lesson 17; where it is in every frame is known."""

from typing import NamedTuple

import torch

from .._validate import check_choice, check_int
from ._random import MAX_SEED, stream
from .digits import load_digits

DIGIT = 8  # pixels of a digit's box


class Videos(NamedTuple):
    """Films as drawn: frames, where the digit is in each, and which digit it is.

    frames: float32 [n, T, 1, S, S] in [0, 1]; positions: float32 [n, T, 2], the column and the row of the
    centre of mass, 0 in the middle of the first pixel; labels: int64 [n].
    """

    frames: torch.Tensor
    positions: torch.Tensor
    labels: torch.Tensor


def moving_digits(n, split="train", frames=8, size=16, seed=0):
    """Films of an 8x8 digit that goes in a straight line at constant velocity and never leaves: Videos.

    n, frames: how many films, of how many frames; split: of `digits`, "train" or "test"; size: of the dark
    square, in pixels, at least 8. Where the digit's box starts and where it ends are uniform over the square,
    independently. A position between pixels shares each pixel out among its neighbours (bilinear), so that
    the centre of mass is where it should be.
    """
    n, frames, size = check_int("n", n), check_int("frames", frames), check_int("size", size, minimum=DIGIT)
    check_choice("split", split, ("train", "test")), check_int("seed", seed, 0, MAX_SEED)
    digits, generator = load_digits(split), stream("moving_digits", seed, split)
    which = torch.randint(len(digits), (n,), generator=generator)
    ends = (size - DIGIT) * torch.rand(2, n, 1, 2, generator=generator, dtype=torch.float64)
    along = torch.linspace(0, 1, frames, dtype=torch.float64).view(-1, 1)
    corners = ends[0] + along * (ends[1] - ends[0])  # of the box, [n, T, 2]
    ink = digits.images[which, 0].double()
    across, down = (shares(corners[..., axis], size) for axis in (0, 1))
    pictures = torch.einsum("ntri,nij,ntcj->ntrc", down, ink, across)[:, :, None]
    positions = corners + centre_of_mass(ink)[:, None]
    return Videos(pictures.clamp(0, 1).float(), positions.float(), digits.labels[which])


def shares(corner, size):
    """How much of each pixel of a digit goes to each pixel of the square, along one axis: [..., size, 8].

    corner: [...], where the digit's first pixel is; in between, the two neighbours have a share each.
    """
    apart = torch.arange(size).view(-1, 1) - torch.arange(DIGIT) - corner[..., None, None]
    return (1 - apart.abs()).clamp(min=0)


def centre_of_mass(images):
    """Column and row of the centre of mass of images [..., H, W] -> [..., 2]; NaN where there is no ink."""
    height, width = images.shape[-2:]
    columns, rows = (torch.arange(n, dtype=images.dtype, device=images.device) for n in (width, height))
    total = images.sum((-2, -1))
    return torch.stack([images.sum(-2) @ columns / total, images.sum(-1) @ rows / total], dim=-1)
