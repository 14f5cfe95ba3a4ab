"""Rows of small images, each row with its name."""

import torch

from .._validate import as_numbers, check_int, check_kind, check_number, check_tensor, check_text
from .fonts import readable
from .style import DATA, check_axes, check_colour, subplots

MOST_IMAGES = 1000  # along a side


def image_rows(rows, title="", columns=None, names=None, scale=0.62):
    """A figure with one row of images for each entry of rows.

    rows: dict from a row's label to images [n, 1, H, W], [n, H, W] or [n, 3, H, W] in [0, 1], or uint8 from 0
    to 255; columns: how many to show (when left out, what the shortest row has, at most 12); names: a caption
    above each column. A name in a script that the font lacks is drawn as its number ("row 2").
    """
    check_kind("rows", rows, dict, "a dict from labels to images"), check_text("title", title)
    check_number("scale", scale, 0, open_minimum=True)
    if columns is not None:
        check_int("columns", columns, maximum=MOST_IMAGES)
    if names is not None:
        check_kind("names", names, tuple | list, "a list of captions")
    if not rows:
        raise ValueError("rows must hold at least one row of images; got none.")
    columns = columns or min(12, *(len(images) for images in rows.values()))
    height = scale * len(rows) * 1.16 + (0.55 if title else 0.1) + (0.25 if names else 0)
    fig, axes = subplots(len(rows), columns, figsize=(scale * columns * 1.12 + 2.3, height), squeeze=False)
    for number, (line, (label, images)) in enumerate(zip(axes, rows.items(), strict=True), 1):
        for ax, image in zip(line, images[:columns], strict=False):
            _draw(ax, image)
        for ax in line:
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        line[0].set_ylabel(readable(label, f"row {number}"), rotation=0, ha="right", va="center", fontsize=13)
    for number, (ax, name) in enumerate(zip(axes[0], names or [], strict=False), 1):
        ax.set_title(readable(name, f"no. {number}"), fontsize=12)
    if title:
        fig.suptitle(title, fontsize=15)
    return fig


def mosaic(images, rows, columns, title="", ax=None):
    """rows x columns images as one tight mosaic on one axes; returns the figure.

    images: [n, 1, H, W], [n, H, W] or [n, 3, H, W]: numbers in [0, 1], or uint8 from 0 to 255. Raises
    ValueError for fewer images, or another shape.
    """
    check_int("rows", rows, maximum=MOST_IMAGES), check_int("columns", columns, maximum=MOST_IMAGES)
    check_text("title", title), check_axes(ax, none=True)
    images = _levels(check_tensor("images", as_numbers("images", images), "[n, ...]", floating=False))
    images = images[:, None] if images.ndim == 3 else images
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(
            f"images must have shape [n, 1, H, W], [n, H, W] or [n, 3, H, W]; got {list(images.shape)}."
        )
    if len(images) < rows * columns:
        raise ValueError(f"images must hold at least rows x columns = {rows * columns}; got {len(images)}.")
    _, channels, h, w = images.shape
    tiles = images[: rows * columns].reshape(rows, columns, channels, h, w)
    sheet = tiles.permute(0, 3, 1, 4, 2).reshape(rows * h, columns * w, channels).squeeze(-1)
    fig = ax.figure if ax is not None else None
    if ax is None:
        fig, ax = subplots(figsize=(columns * 0.55, rows * 0.55 + (0.5 if title else 0)))
    ax.imshow(sheet.numpy(), vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[], title=title)
    return fig


def frame(ax, colour=DATA):
    """Draw a coloured frame round one image, to point at it."""
    check_axes(ax), check_colour("colour", colour)
    ax.spines[:].set(visible=True, color=colour, linewidth=3)


def _levels(images):
    """Images as numbers in [0, 1], on the CPU: uint8 counts from 0 to 255; colours are clipped to [0, 1]."""
    images = torch.as_tensor(images).detach().cpu()
    return images.float() / 255 if images.dtype == torch.uint8 else images.float().clamp(0, 1)


def _draw(ax, image):
    image = _levels(image)
    image = image.squeeze(0) if image.ndim == 3 and image.shape[0] == 1 else image
    ax.imshow((image.permute(1, 2, 0) if image.ndim == 3 else image).numpy(), vmin=0, vmax=1)
