"""The minimax game: rounds of the smallest one, and D as colour over the plane of the points."""

import torch
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from .style import DATA, MODEL, SIGN, subplots


def toy_rounds(real, noise, rounds, logit):
    """Data, fakes and D before and after each step of G; returns the figure (8.4 x 4.5 inches).

    real, noise: [N]; rounds: for each round the pair (phi, theta) when D is fitted, and when theta has moved;
    logit: D's logit from points [M] and phi. The fakes are noise + theta.
    """
    fig, axes = subplots(2, len(rounds), figsize=(8.4, 4.5), sharex=True, sharey=True)
    line = torch.linspace(-4, 8, 200)
    fakes_style = {"histtype": "step", "linewidth": 2, "color": MODEL, "label": "fake"}
    for turn, pair in enumerate(rounds):
        for row, (phi, theta) in enumerate(pair):
            ax, fakes = axes[row, turn], (noise + theta).numpy()
            ax.hist(real.numpy(), bins=20, density=True, color=DATA, alpha=0.45, label="real")
            ax.hist(fakes, bins=20, density=True, **fakes_style)
            ax.plot(line, torch.sigmoid(logit(line, phi)), "--", color="black", label="D(x)")
            ax.set(xlim=(-4, 8), ylim=(0, 1.05))
            ax.set_title(f"θ = {theta.item():.1f}" if row else f"round {turn + 1}")
        axes[1, turn].set_xlabel("x")
    axes[0, 0].set_ylabel("D is fitted")
    axes[1, 0].set_ylabel("θ has moved")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


def draw_surface(ax, values, title, low=-3.0, high=3.0):
    """D's values [n * n] on figures.grid(low, high, n) in ten tints on ax; returns the contours."""
    n = round(values.numel() ** 0.5)
    axis = torch.linspace(low, high, n)
    tints = {"levels": [0.1 * i for i in range(11)], "cmap": SIGN, "vmin": -0.5, "vmax": 1.5}
    picture = ax.contourf(axis, axis, values.reshape(n, n), **tints)
    _frame(ax, title, low, high)
    return picture


def moments(seen, modes, covered, radius):
    """Fakes over D's surface at some moments of a training; returns the figure (11 x 3.6 inches).

    seen: {step: (samples [N, 2], D's values on the grid)}; modes: [K, 2], drawn as circles of the radius
    within which a sample counts; covered: the number of modes that samples cover. A training that was cut
    short has one empty panel.
    """
    fig, axes = subplots(1, max(1, len(seen)), figsize=(11, 3.6), sharey=True, squeeze=False)
    for ax, (step, (samples, values)) in zip(axes[0], seen.items(), strict=False):
        picture = draw_surface(ax, values, f"{step} steps: {covered(samples)} of {len(modes)}")
        ax.scatter(*samples[:400].T, s=9, marker="^", color=MODEL, linewidths=0)
        for mode in modes.tolist():
            ax.add_patch(Circle(mode, radius, fill=False, edgecolor=DATA, linewidth=1.8))
    axes[0, 0].set_ylabel("$x_2$")
    if seen:
        fig.colorbar(picture, ax=axes, label="D(x)", shrink=0.8)
        ring = {"markersize": 12, "markerfacecolor": "none", "markeredgecolor": DATA, "markeredgewidth": 1.8}
        keys = [
            Line2D([], [], linestyle="none", marker="^", markersize=5, color=MODEL, label="fakes"),
            Line2D([], [], linestyle="none", marker="o", label="near a mode", **ring),
        ]
        fig.legend(handles=keys, loc="outside lower center", ncols=2)
    return fig


def _frame(ax, title, low, high):
    ax.set(title=title, xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="$x_1$")
    ax.set(xticks=(-2, 0, 2), yticks=(-2, 0, 2))
