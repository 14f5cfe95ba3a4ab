"""Pictures of the plane: labelled points, and a function's values as colour."""

import torch

from .style import CLASSES, DATA, MAGNITUDE, subplots


def scatter_classes(points, labels=None, title="", axes_names=("$z_1$", "$z_2$"), ax=None, size=42):
    """Points [N, 2], each drawn as its own label (a digit, say), one colour a label. Returns the axes.

    labels: whole numbers [N], or None: then each point is a dot.
    """
    ax = ax if ax is not None else subplots(figsize=(6.4, 5.4))[1]
    points = torch.as_tensor(points).detach().cpu()
    if labels is None:
        ax.scatter(points[:, 0].numpy(), points[:, 1].numpy(), s=size / 3, color=DATA, linewidths=0)
    labels = torch.zeros(0) if labels is None else torch.as_tensor(labels).cpu()
    for index, label in enumerate(labels.unique().tolist()):
        chosen = points[labels == label]
        style = {"s": size, "color": CLASSES[index % len(CLASSES)], "marker": f"${label}$", "linewidths": 0}
        ax.scatter(chosen[:, 0].numpy(), chosen[:, 1].numpy(), **style)
    ax.set(title=title, xlabel=axes_names[0], ylabel=axes_names[1])
    return ax


def grid(low, high, n=120):
    """The n x n points of a square as [n * n, 2], and the two axes [n] they were made from."""
    axis = torch.linspace(low, high, n)
    x, y = torch.meshgrid(axis, axis, indexing="xy")
    return torch.stack([x.flatten(), y.flatten()], dim=1), axis


def colour_plane(values, low, high, title, label, ax=None, cmap=MAGNITUDE, limits=(None, None)):
    """Values [n * n] on grid(low, high, n), as colour with a labelled bar. Returns the axes."""
    ax = ax if ax is not None else subplots(figsize=(6, 5))[1]
    n = round(values.numel() ** 0.5)
    extent = (low, high, low, high)
    style = {"cmap": cmap, "vmin": limits[0], "vmax": limits[1], "interpolation": "bilinear"}
    picture = ax.imshow(values.detach().reshape(n, n).numpy(), origin="lower", extent=extent, **style)
    ax.figure.colorbar(picture, ax=ax, label=label)
    ax.set(title=title)
    return ax
