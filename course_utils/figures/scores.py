"""What the first half of lesson 13 draws: samples, fitted scores, Langevin's chains, paths."""

from .reverse_diffusion import modes
from .style import BLACK, DATA, GREEN, MODEL, NOISE, PURPLE, subplots

LOSSES = ((MODEL, "--"), (GREEN, "-."), (PURPLE, ":"))


def clouds(points, centres, stds, reach=2.6):
    """Panels of points in the plane with circles of two standard deviations round the modes; the figure.

    points: title -> [N, 2]; at most 2,000 of each are drawn. "the data" has the colour of data.
    """
    fig, axes = subplots(1, len(points), figsize=(3.4 * len(points), 3.9), sharey=True)
    for ax, (title, some) in zip(axes, points.items(), strict=True):
        modes(ax, some[:2000], centres, stds, title, reach, DATA if title == "the data" else MODEL)
        ax.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    return fig


def three_losses(x, density, score, fitted, sigma):
    """A density on a line, and its score beside fitted ones; x, density, score: [n]; fitted: name -> [n]."""
    fig, (left, right) = subplots(1, 2, figsize=(10, 3.5))
    left.fill_between(x, density, color=DATA, alpha=0.3, linewidth=0)
    left.set(title=f"density of data with noise {sigma:g}", xlabel="x", ylabel="density", xlim=(-3, 3))
    right.plot(x, score, color=DATA, linewidth=5, alpha=0.4, label="exact")
    for (name, values), (colour, line) in zip(fitted.items(), LOSSES, strict=True):
        right.plot(x, values, line, color=colour, label=name)
    right.set(title="its score, and three fits", xlabel="x", ylabel="score", xlim=(-3, 3), ylim=(-5, 5))
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=11)
    return fig


def langevin_variance(steps, measured, curve):
    """Stationary variance over that of the data against the step: measured [n] and curve (x, y); a figure."""
    fig, ax = subplots(figsize=(6.4, 3.3))
    ax.plot(*curve, color=DATA, label="$1 / (1 - \\eta / 4 r^2)$")
    ax.plot(steps, measured, "o", color=MODEL, label="chains")
    ax.axhline(1, color=NOISE, linewidth=1)
    ax.set(title="What Langevin's step adds", xlabel="step $\\eta / r^2$", ylabel="variance over $r^2$")
    ax.legend(loc="upper left")
    return fig


def two_islands(panels, centres):
    """Points on two islands, title -> [N, 2], with the share of the first in each title's second line."""
    fig, axes = subplots(1, len(panels), figsize=(2.8 * len(panels), 3.7), sharey=True)
    for ax, (title, points) in zip(axes, panels.items(), strict=True):
        ax.scatter(*points[:1500].T, s=3, color=DATA if ax is axes[0] else MODEL, linewidths=0)
        ax.plot(*centres.T, "+", color=BLACK, markersize=12)
        ax.set(title=title, xlabel="$x_1$", aspect="equal", xlim=(-9, 9), ylim=(-9, 9))
    axes[0].set_ylabel("$x_2$")
    return fig


def paths_and_marginals(times, paths, panels):
    """Paths of a random and of a smooth way back over time, and what they pass through; returns the figure.

    times: [n]; paths: name -> [n, few]; panels: time -> (x, exact density, name -> samples [N]).
    """
    fig, axes = subplots(1, len(paths) + len(panels), figsize=(11.4, 3.8))
    styles = dict(zip(paths, ((MODEL, "--"), (GREEN, "-")), strict=True))
    for ax, (name, drawn) in zip(axes, paths.items(), strict=False):
        ax.plot(times, drawn, color=styles[name][0], linewidth=1)
        ax.set(title=name, xlabel="u", xlim=(1, 0), ylim=(-3.2, 3.2))
    axes[0].set_ylabel("x")
    for ax, (time, (x, density, samples)) in zip(axes[len(paths) :], panels.items(), strict=True):
        ax.fill_between(x, density, color=DATA, alpha=0.3, linewidth=0, label="exact")
        for name, values in samples.items():
            colour, line = styles[name]
            ax.hist(
                values, bins=60, range=(-3, 3), density=True, histtype="step", color=colour, linestyle=line,
                linewidth=1.6, label=name,
            )  # fmt: skip
        ax.set(title=f"u = {time:g}", xlabel="x", xlim=(-3, 3), yticks=[])
    fig.legend(*axes[-1].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=11)
    return fig
