"""The normalisations as blocks of numbers: which of them share one mean and one variance."""

import itertools

from matplotlib.collections import PolyCollection

from .._validate import check_choice, check_kind
from .style import MODEL, subplots

SIZES = {"C": 6, "N": 4, "HW": 4}  # cells along each axis of the block
SHARED = {"batch": ("N", "HW"), "layer": ("C", "HW"), "instance": ("HW",), "group": ("HW", "half of C")}
DEPTH = (0.45, 0.36)  # how far right and up one image further back is drawn


def norm_axes(names=("batch", "layer", "instance", "group")):
    """A figure: for each norm a block of [N, C, H * W] numbers, one set that shares its statistics marked.

    names: any of "batch", "layer", "instance" and "group" (here of half the channels). Source: after figure 2
    of Wu & He 2018. Raises ValueError for another name.
    """
    check_kind("names", names, tuple | list, "a list of norms")
    if not names:
        raise ValueError("names must hold at least one norm; got none.")
    for name in names:
        check_choice("norm", name, SHARED)
    fig, axes = subplots(1, len(names), figsize=(3.05 * len(names), 2.6), squeeze=False)
    for ax, name in zip(axes[0], names, strict=True):
        _draw_block(ax, name)
    return fig


def _in_the_set(name, c, n):
    """Whether the cell of channel c and image n shares the statistics of the last channel of image 0."""
    shared = SHARED[name]
    same_image = "N" in shared or n == 0
    nearest = SIZES["C"] // 2 if "half of C" in shared else SIZES["C"] - 1
    return same_image and ("C" in shared or c >= nearest)


def _place(c, hw, n):
    return c + DEPTH[0] * n, hw + DEPTH[1] * n


def _faces():
    """The cells that can be seen: (channel, image, the four corners)."""
    for c, hw in itertools.product(range(SIZES["C"]), range(SIZES["HW"])):
        yield c, 0, [_place(c + a, hw + b, 0) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    for c, n in itertools.product(range(SIZES["C"]), range(SIZES["N"])):
        yield c, n, [_place(c + a, SIZES["HW"], n + b) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    for hw, n in itertools.product(range(SIZES["HW"]), range(SIZES["N"])):
        corners = [_place(SIZES["C"], hw + a, n + b) for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
        yield SIZES["C"] - 1, n, corners


def _draw_block(ax, name):
    cells = list(_faces())
    colours = [MODEL if _in_the_set(name, c, n) else "#E8E8E8" for c, n, _ in cells]
    ax.add_collection(
        PolyCollection([corners for *_, corners in cells], facecolors=colours, edgecolors="#555555")
    )
    right, top = _place(SIZES["C"], SIZES["HW"], SIZES["N"])
    ax.set(title=f"{name} norm", xlim=(-1.1, right + 0.3), ylim=(-0.9, top + 0.3), aspect="equal")
    ax.set_axis_off()
    ax.text(SIZES["C"] / 2, -0.2, "C", ha="center", va="top", fontsize=14)
    ax.text(-0.5, SIZES["HW"] / 2, "H, W", ha="center", va="center", fontsize=14, rotation=90)
    x, y = _place(0, SIZES["HW"], SIZES["N"] / 2)
    ax.text(x - 0.25, y + 0.1, "N", ha="right", va="bottom", fontsize=14)
