"""What lesson 06 draws of the zoo: losses as curves, BEGAN's thermostat, Dirac-GANs, and a study."""

import math

import torch

from .style import BLACK, DATA, GREEN, MODEL, NOISE, PURPLE, subplots

STYLES = ("o-", "s--", "^-.", "v:", "D-", "P--")
COLOURS = (MODEL, DATA, GREEN, PURPLE, NOISE, BLACK)


def loss_slopes(outputs, losses):
    """What an output of D feels in each row of the zoo; returns the figure.

    outputs: [S]; losses: name -> slopes of D's loss at a real point and a fake, of G's at a fake, each [S].
    """
    fig, axes = subplots(1, 3, figsize=(10.4, 3.7), sharey=True)
    titles = ("D's loss, real point", "D's loss, fake", "G's loss, fake")
    for place, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        for (name, curves), colour, style in zip(
            losses.items(), COLOURS, ("-", "--", "-.", ":"), strict=False
        ):
            ax.plot(outputs, curves[place], style, color=colour, label=name)
        ax.axhline(0, color=NOISE, linewidth=1)
        ax.set(title=title, xlabel="output of D", ylim=(-2.2, 2.2))
    axes[0].set_ylabel("slope of the loss")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(losses))
    return fig


def thermostat(runs):
    """BEGAN's k and the ratio of its energies; runs: gamma -> (k [S], ratio [S]); returns the figure."""
    fig, (left, right) = subplots(1, 2, figsize=(9.6, 3.4))
    for (gamma, (k, ratio)), colour, style in zip(runs.items(), COLOURS, ("-", "--"), strict=False):
        left.plot(k, style, color=colour, label=f"γ = {gamma:g}")
        right.plot(ratio, style, color=colour, linewidth=1.2, label=f"γ = {gamma:g}")
        right.axhline(gamma, color=colour, linewidth=1.2, linestyle=":")
    left.set(title="the thermostat k", xlabel="round", ylabel="k", ylim=(0, 1))
    right.set(
        title="energy of fakes over that of data", xlabel="round", ylabel="ratio (dotted: γ)", ylim=(0, 1.2)
    )
    left.legend(loc="upper right")
    return fig


def dirac_paths(paths, verdicts, columns=3):
    """Paths of Dirac-GANs from one start, a panel a game; returns the figure.

    paths: title -> [S + 1, 2], theta and psi; verdicts: title -> what becomes of it.
    """
    rows = math.ceil(len(paths) / columns)
    fig, axes = subplots(rows, columns, figsize=(3.3 * columns, 3.1 * rows), sharex=True, sharey=True)
    for ax, (title, path) in zip(axes.flat, paths.items(), strict=False):
        ax.plot(*path.T, color=MODEL, linewidth=1)
        ax.plot(*path[0], "o", color="white", markeredgecolor=BLACK, markersize=9)
        ax.plot(*path[-1], "s", color=MODEL, markeredgecolor=BLACK, markersize=8)
        ax.plot(0, 0, "*", color=BLACK, markersize=13)
        ax.set(xlim=(-2.2, 2.2), ylim=(-2.2, 2.2), aspect="equal")
        ax.set_title(f"{title}: {verdicts[title]}", fontsize=12)
    for ax in axes.reshape(rows, columns)[-1]:
        ax.set_xlabel("θ, the fake point")
    for ax in axes.reshape(rows, columns)[:, 0]:
        ax.set_ylabel("ψ, D's slope")
    return fig


def zoo(panels, lines, ranges):
    """Means of every row with their intervals, a panel a measure; returns the figure.

    panels: measure -> {row: (mean, low, high)}; lines: measure -> where a vertical line is drawn; ranges:
    measure -> (low, high) of its axis, beyond which intervals are cut.
    """
    rows = list(next(iter(panels.values())))
    size = (3.7 * len(panels) + 1, 1 + 0.36 * len(rows))
    fig, axes = subplots(1, len(panels), figsize=size, sharey=True, squeeze=False)
    for ax, (measure, found) in zip(axes[0], panels.items(), strict=True):
        for place, (mean, low, high) in enumerate(found.values()):
            ax.plot((low, high), (-place, -place), color=DATA, linewidth=2)
            ax.plot(mean, -place, "o", color=MODEL, markeredgecolor=BLACK, markersize=7)
        if measure in lines:
            ax.axvline(lines[measure], color=NOISE, linewidth=1.2, linestyle="--")
        ax.set(title=measure, ylim=(0.6 - len(rows), 0.6), xlim=ranges.get(measure))
        ax.grid(axis="y", color=NOISE, alpha=0.25)
        ax.set_yticks([-place for place in range(len(rows))], rows)
    return fig


def batch_bias(sizes, curves):
    """W1 of two batches by their size on log axes; curves: name -> ([n] means, the exact value)."""
    fig, ax = subplots(figsize=(6.4, 3.6))
    for (name, (means, exact)), colour, style in zip(curves.items(), COLOURS, STYLES, strict=False):
        ax.loglog(sizes, torch.as_tensor(means) - exact, style, color=colour, label=name)
    ax.set(title="$W_1$ of two batches, less the exact one", xlabel="points in a batch", ylabel="units of x")
    ax.set_xticks(list(sizes), [str(n) for n in sizes])
    ax.minorticks_off()
    ax.legend()
    return fig
