"""Grids of digits made beforehand, one for each guidance scale, as plain values for the page."""

import torch

from ..._validate import check_number, check_tensor
from ..shared.export import encode

COLUMNS = 10  # labels 0 to 9
ROWS = 8
MOST_PIXELS = 400_000  # in all grids: more makes the notebook heavy
SCALES = (0.0, 8.0)  # of the slider


def pack_grids(grids):
    """{scale: images [R * 10, 1, H, W] in [0, 1]} as {scales, rows, height, width, data}, {} for None.

    Images run along the labels 0 to 9 and then to the next noise; data: bytes in base64, scales rising.
    Raises TypeError or ValueError where a grid does not fit, or does not fit the others.
    """
    if grids is None:
        return {}
    if not isinstance(grids, dict) or not grids:
        raise TypeError(f"grids must be a dict from guidance scale to images; got {grids!r:.60}.")
    found = {check_number("a scale in grids", scale, *SCALES): images for scale, images in grids.items()}
    pixels = [_pixels(f"grids[{scale:g}]", found[scale]) for scale in sorted(found)]
    shape = pixels[0].shape
    for scale, each in zip(sorted(found), pixels, strict=True):
        if each.shape != shape:
            raise ValueError(
                f"grids must all have one shape; got {list(each.shape)} at {scale:g} beside {list(shape)}."
            )
    total = sum(each.numel() for each in pixels)
    if total > MOST_PIXELS:
        raise ValueError(f"grids must hold at most {MOST_PIXELS:,} pixels in all; got {total:,}.")
    count, height, width = shape
    data = encode(torch.stack(pixels).numpy().tobytes())
    size = {"rows": count // COLUMNS, "height": height, "width": width}
    return {"scales": sorted(found), **size, "data": data}


def _pixels(name, images):
    """Images [R * 10, 1, H, W] or [R * 10, H, W] as bytes [R * 10, H, W]."""
    check_tensor(name, images)
    if images.ndim == 4 and images.shape[1] == 1:
        images = images[:, 0]
    rows, rest = divmod(len(images), COLUMNS)
    if images.ndim != 3 or rest or not 1 <= rows <= ROWS:
        raise ValueError(
            f"{name} must have shape [R * {COLUMNS}, 1, H, W], R from 1 to {ROWS} noises; "
            f"got {list(images.shape)}."
        )
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 1):
        raise ValueError(
            f"{name} must lie in [0, 1], as ((x + 1) / 2).clamp(0, 1) does; got {low:.3g} to {high:.3g}."
        )
    return (images.detach().cpu() * 255).round().to(torch.uint8)


def pack_curve(name, curve):
    """{scale: number in [0, 1]} as [[scale, number], ...] with rising scales; [] for None."""
    if curve is None:
        return []
    if not isinstance(curve, dict):
        raise TypeError(f"{name} must be a dict from guidance scale to a number; got {type(curve).__name__}.")
    return sorted(
        [check_number(f"a scale in {name}", scale, *SCALES), check_number(f"{name}[{scale}]", value, 0, 1)]
        for scale, value in curve.items()
    )
