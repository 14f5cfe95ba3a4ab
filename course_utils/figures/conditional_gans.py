"""Figures of lesson 07: labels, codes, translated images, and styles by layer."""

import torch

from .fonts import readable
from .style import BLACK, DATA, MAGNITUDE, MODEL, NOISE, subplots


def two_classes(x, of_data, best):
    """Two classes that overlap, and the samples that cost ACGAN least; returns the figure.

    x: [G]; of_data, best: densities of label and point together, [2, G].
    """
    fig, axes = subplots(1, 2, figsize=(9.6, 3.2), sharey=True)
    for ax, density, title in zip(axes, (of_data, best), ("the data", "ACGAN's best samples"), strict=True):
        for k, (colour, line) in enumerate(((DATA, "-"), (MODEL, "--"))):
            ax.plot(x, density[k], line, color=colour, label=f"class {k}")
            ax.fill_between(x, density[k], color=colour, alpha=0.18)
        ax.set(title=title, xlabel="x")
    axes[0].set_ylabel("density, with the label")
    axes[0].legend()
    return fig


def bounds(curves, ceiling):
    """The bound on the category while InfoGANs train; curves: name -> [seeds, points]; returns the figure."""
    fig, ax = subplots(figsize=(6.6, 3.4))
    for (name, runs), colour, line in zip(curves.items(), (MODEL, DATA), ("-", "--"), strict=False):
        share = torch.linspace(0, 1, runs.shape[1])
        for k, run in enumerate(runs):
            ax.plot(share, run, line, color=colour, linewidth=1.6, label=name if k == 0 else None)
    ax.axhline(ceiling, color=NOISE, linewidth=1.2, linestyle=":")
    ax.text(0.02, ceiling + 0.05, "log 10", color=BLACK, fontsize=12, va="bottom")
    ax.set(title="What the image tells of its category", xlabel="share of the training", ylabel="bound, nats")
    ax.set_ylim(min(-0.6, float(torch.stack(list(curves.values())).min())), ceiling + 0.45)
    ax.legend(loc="center right")
    return fig


def noise_on_the_way(levels, shares):
    """The share that the way back restores, by the noise added in between; returns the figure.

    levels: [L], deviations of the noise; shares: name -> [L].
    """
    fig, ax = subplots(figsize=(6.6, 3.4))
    styles = (("o-", MODEL), ("s--", DATA), ("^-.", BLACK), ("D:", NOISE))
    for (name, values), (style, colour) in zip(shares.items(), styles, strict=False):
        ax.plot(levels, values, style, color=colour, label=name)
    ax.set(title="Grey, some noise, and back", xlabel="deviation of the noise", ylim=(0, 1.05))
    ax.set_ylabel("own colour again")
    ax.legend()
    return fig


def shares(found, names):
    """What comes with each layer's style, as a table in shades; returns the figure.

    found: factor -> [layers], in 0..1; names: of the layers.
    """
    table = torch.stack([torch.as_tensor(row).float() for row in found.values()])
    fig, ax = subplots(figsize=(1.05 * table.shape[1] + 2.2, 0.46 * len(table) + 1.2))
    ax.imshow(table, cmap=MAGNITUDE, vmin=0, vmax=1, aspect="auto")
    for i, row in enumerate(table):
        for j, value in enumerate(row):
            ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=12,
                    color="white" if value < 0.6 else BLACK)  # fmt: skip
    ax.set_xticks(range(table.shape[1]), [readable(name, str(k)) for k, name in enumerate(names)])
    ax.set_yticks(range(len(table)), [name.replace("_", " ") for name in found])
    ax.set(title="What changes with the style of one layer", xlabel="layer, by the size of its maps")
    ax.tick_params(length=0)
    return fig
