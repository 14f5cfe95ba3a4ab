"""Pictures of the plane: labelled points, and a function's values as colour."""

import torch

from .._validate import as_numbers, check_int, check_number, check_tensor, check_text, check_whole, quoted
from .style import CLASSES, DATA, MAGNITUDE, check_axes, check_colours, check_texts, subplots

MOST_POINTS = 10_000  # along a side


def scatter_classes(points, labels=None, title="", axes_names=("$z_1$", "$z_2$"), ax=None, size=42):
    """Points [N, 2], each drawn as its own label (a digit, say), one colour a label. Returns the axes.

    labels: whole numbers [N], or None: then each point is a dot.
    """
    check_text("title", title), check_number("size", size, 0, open_minimum=True), check_axes(ax, none=True)
    check_texts("axes_names", axes_names, 2)
    ax = ax if ax is not None else subplots(figsize=(6.4, 5.4))[1]
    points, labels = _points(points, labels)
    if labels is None:
        ax.scatter(points[:, 0].numpy(), points[:, 1].numpy(), s=size / 3, color=DATA, linewidths=0)
        labels = torch.zeros(0)
    for index, label in enumerate(labels.unique().tolist()):
        chosen = points[labels == label]
        style = {"s": size, "color": CLASSES[index % len(CLASSES)], "marker": f"${label}$", "linewidths": 0}
        ax.scatter(chosen[:, 0].numpy(), chosen[:, 1].numpy(), **style)
    ax.set(title=title, xlabel=axes_names[0], ylabel=axes_names[1])
    return ax


def _points(points, labels):
    points = check_tensor("points", as_numbers("points", points), "[N, 2]", floating=False)
    if labels is None:
        return points.detach().cpu(), None
    labels = check_whole("labels", as_numbers("labels", labels), f"[{len(points)}]")
    return points.detach().cpu(), labels.cpu()


def grid(low, high, n=120):
    """The n x n points of a square as [n * n, 2], and the two axes [n] they were made from."""
    check_number("low", low), check_number("high", high), check_int("n", n, maximum=MOST_POINTS)
    axis = torch.linspace(low, high, n)
    x, y = torch.meshgrid(axis, axis, indexing="xy")
    return torch.stack([x.flatten(), y.flatten()], dim=1), axis


def colour_plane(values, low, high, title, label, ax=None, cmap=MAGNITUDE, limits=(None, None)):
    """Values [n * n] on grid(low, high, n), as colour with a labelled bar. Returns the axes."""
    check_tensor("values", values)
    check_number("low", low)
    check_number("high", high, low, open_minimum=True)
    check_text("title", title), check_text("label", label), check_axes(ax, none=True)
    check_colours("cmap", cmap)
    if not isinstance(limits, tuple | list) or len(limits) != 2:
        raise TypeError(f"limits must be (low, high), or None for either; got {quoted(limits)}.")
    ax = ax if ax is not None else subplots(figsize=(6, 5))[1]
    n = round(values.numel() ** 0.5)
    if n * n != values.numel():
        raise ValueError(f"values must be n * n numbers, as on grid(low, high, n); got {values.numel()}.")
    extent = (low, high, low, high)
    style = {"cmap": cmap, "vmin": limits[0], "vmax": limits[1], "interpolation": "bilinear"}
    picture = ax.imshow(values.detach().reshape(n, n).numpy(), origin="lower", extent=extent, **style)
    ax.figure.colorbar(picture, ax=ax, label=label)
    ax.set(title=title)
    return ax
