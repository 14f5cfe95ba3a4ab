"""How an autoencoder is built: its narrow middle, and the stamps of a transposed convolution."""

import torch

from .images import frame
from .style import DATA, GREEN, MODEL, NOISE, subplots


def hourglass(x, z, x_hat):
    """One image, its code and its copy, encoder and decoder between; returns the figure (8 x 2.2 inches).

    x, x_hat: [H, W] or [1, H, W] in [0, 1]; z: [k], the code's numbers, written out.
    """
    pixels = x.numel()
    fig, ax = subplots(figsize=(8, 2.2))
    ax.set(xlim=(0, 8), ylim=(0, 2.2), aspect="equal")
    ax.axis("off")
    _picture(ax, x, 0.1, DATA)
    _picture(ax, x_hat, 6.3, MODEL)
    top, bottom, door = 1.95, 0.35, (0.9, 1.4)
    for near, far, colour, name, letter in (
        (1.75, 3.35, DATA, "encoder", "f"),
        (6.25, 4.65, MODEL, "decoder", "g"),
    ):
        corners = [(near, bottom), (far, door[0]), (far, door[1]), (near, top)]
        ax.fill(*zip(*corners, strict=True), facecolor=colour, alpha=0.18, edgecolor=colour, linewidth=2)
        ax.text((near + far) / 2, 1.15, f"{name}\n${letter}$", ha="center", va="center", fontsize=14)
    numbers = "\n".join(f"{number:.1f}" for number in z.tolist()).replace("-", "−")
    box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": GREEN, "linewidth": 3}
    ax.text(4, 1.15, numbers, ha="center", va="center", fontsize=15, bbox=box)
    names = (
        (0.9, f"$x$: {pixels} pixels"),
        (4, f"$z$: {len(z)} numbers"),
        (7.1, f"$\\hat x$: {pixels} pixels"),
    )
    for place, name in names:
        ax.text(place, 0.0, name, ha="center", va="bottom", fontsize=13)
    return fig


def stamps(n, kernel, stride, padding):
    """A transposed convolution on one axis: the kernel stamped once an input pixel, stride pixels apart.

    Below the n stamps, how often each pixel of the canvas is written; grey is what padding trims.
    Returns the figure (3.18 x 2.6 inches). After Dumoulin and Visin 2016.
    """
    size = (n - 1) * stride + kernel
    counts = torch.zeros(size, dtype=torch.int64)
    fig, ax = subplots(figsize=(3.18, 2.6))
    box = {"edgecolor": "black", "linewidth": 1}
    for i in range(n):
        counts[i * stride : i * stride + kernel] += 1
        ax.bar(
            torch.arange(kernel) + i * stride, 0.8, 1, bottom=n - i - 0.4, facecolor=MODEL, alpha=0.6, **box
        )
    for i, count in enumerate(counts.tolist()):
        kept = padding <= i < size - padding
        face = {"facecolor": "white"} if kept else {"facecolor": NOISE, "alpha": 0.5, "linestyle": ":"}
        ax.bar(i, 0.9, 1, bottom=-0.95, **face, **box)
        ax.text(i, -0.5, str(count), ha="center", va="center", fontsize=12)
    ax.set(xlim=(-0.6, size - 0.4), ylim=(-1, n + 0.6), xticks=[])
    ax.set_yticks([-0.5, *range(1, n + 1)], ["sum", *(f"pixel {i}" for i in range(n, 0, -1))])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return fig


def _picture(ax, image, left, colour):
    inner = ax.inset_axes([left, 0.35, 1.6, 1.6], transform=ax.transData)
    inner.imshow(image.detach().squeeze().numpy(), vmin=0, vmax=1)
    inner.set(xticks=[], yticks=[])
    frame(inner, colour)
