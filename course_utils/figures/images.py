"""Rows of small images, each row with its name."""

import torch
from matplotlib.layout_engine import ConstrainedLayoutEngine

from .._validate import as_numbers, check_int, check_kind, check_number, check_tensor, check_text
from .fonts import readable
from .style import DATA, check_axes, check_colour, subplots

MOST_IMAGES = 1000  # along a side
COLUMN, ROW = 1.12, 1.16  # least way from picture to picture, and the way from row to row, in pictures


def image_rows(rows, title="", columns=None, names=None, scale=0.62):
    """A figure with one row of images for each entry of rows.

    rows: dict from a row's label to images [n, 1, H, W], [n, H, W] or [n, 3, H, W] in [0, 1], or uint8 from 0
    to 255; columns: how many to show (when left out, what the shortest row has, at most 12); names: a caption
    above each column. A name in a script that the font lacks is drawn as its number ("row 2"). All pictures
    stand on one pair of axes, as its images in this order: fifty pairs would take a second to draw.
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
    if columns < 1:
        raise ValueError("rows must hold at least one image each; one of them is empty.")
    height = scale * len(rows) * ROW + (0.55 if title else 0.1) + (0.25 if names else 0)
    fig, ax = subplots(figsize=(scale * columns * COLUMN + 2.3, height))
    for row, images in enumerate(rows.values()):
        for column, image in enumerate(images[:columns]):
            _draw(ax, image, column * COLUMN, row * ROW)
    ax.set(xlim=(0, columns * COLUMN), ylim=((len(rows) - 1) * ROW + 1, 0))
    ax.set_aspect("equal", anchor="NW")  # or the layout would not see how much room labels and names need
    ax.spines[:].set_visible(False), ax.xaxis.tick_top(), ax.tick_params(length=0)
    labels = [readable(label, f"row {number}") for number, label in enumerate(rows, 1)]
    names = [readable(name, f"no. {number}") for number, name in enumerate((names or [])[:columns], 1)]
    ax.set_yticks([row * ROW + 0.5 for row in range(len(rows))], labels, fontsize=13)
    ax.set_xticks([column * COLUMN + 0.5 for column in range(len(names))], names, fontsize=12)
    fig.set_layout_engine(_Spread(columns))
    if title:
        fig.suptitle(title, fontsize=15)
    return fig


class _Spread(ConstrainedLayoutEngine):
    """Spreads the pictures over the figure's width whenever it is drawn: its size may have been changed."""

    def __init__(self, columns):
        super().__init__()
        self.columns, self.step = columns, COLUMN  # from picture to picture, in pictures

    def execute(self, fig):
        ax, before = fig.axes[0], self.step
        self.step = self._fitting(fig, ax)
        for image in ax.images:
            left, right, low, top = image.get_extent()
            middle, half = (left + right) / 2, (right - left) / 2
            middle += round((middle - 0.5) / before) * (self.step - before)
            image.set_extent((middle - half, middle + half, low, top))
        ax.set_xlim(0, (self.columns - 1) * self.step + 1)
        names = [label.get_text() for label in ax.get_xticklabels()]
        ax.set_xticks([column * self.step + 0.5 for column in range(len(names))], names)
        super().execute(fig)

    def _fitting(self, fig, ax):
        """The step that fills the width, with pictures as large as the height allows."""
        labels, captions = ax.yaxis.get_tightbbox(), ax.xaxis.get_tightbbox()  # None without any
        title = 0.33 if fig.get_suptitle() else 0  # inches, as all that follows
        height = fig.get_figheight() - title - (captions.height / fig.dpi if captions else 0) - 0.08
        side = max(height, 0.1) / ax.get_ylim()[0]
        width = fig.get_figwidth() - (labels.width / fig.dpi if labels else 0) - 0.15
        return max(COLUMN, (width / side - 1) / max(self.columns - 1, 1))


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


def _draw(ax, image, x, y):
    """One picture in the middle of the square of side 1 whose upper left corner is at (x, y)."""
    image = _levels(image)
    image = image.squeeze(0) if image.ndim == 3 and image.shape[0] == 1 else image
    pixels = (image.permute(1, 2, 0) if image.ndim == 3 else image).numpy()
    height, width = (side / max(pixels.shape[:2]) for side in pixels.shape[:2])
    x, y = x + (1 - width) / 2, y + (1 - height) / 2
    ax.imshow(pixels, vmin=0, vmax=1, extent=(x, x + width, y + height, y))
