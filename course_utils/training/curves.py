"""The picture of a training history."""

import numpy as np

DECADE = 10.0  # a loss that falls by more than this is drawn on a log scale
POINTS = 50  # the running mean averages about a fiftieth of the run


def plot_history(history, ax=None):
    """Draw history's loss and extras against the step, with a running mean, on ax or on new axes."""
    import matplotlib as mpl

    from .. import figures

    if ax is None:
        _, ax = figures.subplots(figsize=(7, 4))
    with mpl.rc_context(figures.STYLE):
        ax.set(title="Training", xlabel="step", ylabel="loss")
        if history.steps:
            _draw(ax, history.loss, history.extras, figures)
    return ax


def _draw(ax, loss, extras, figures):
    ax.plot(np.arange(1, len(loss) + 1), loss, color=figures.NOISE, linewidth=1, alpha=0.6)
    curves = {"loss": loss, **extras}
    colours = [figures.MODEL, *(c for c in figures.PALETTE if c != figures.MODEL)]
    for index, (name, values) in enumerate(curves.items()):
        steps, means = running_mean(values, max(1, len(loss) // POINTS))
        colour, dash = colours[index % len(colours)], figures.LINES[index % len(figures.LINES)]
        ax.plot(steps, means, color=colour, linestyle=dash, label=name)
    if spans_decades(np.concatenate(list(curves.values()))):
        ax.set_yscale("log")
    if extras:
        ax.legend()


def running_mean(values, width):
    """Means of `width` neighbours: steps (from 1) at the middle of each window, and the means."""
    means = np.convolve(values, np.ones(width) / width, mode="valid")
    return np.arange(len(means)) + 1 + (width - 1) / 2, means


def spans_decades(values):
    """Whether all finite values are positive and the largest is more than ten times the smallest."""
    finite = values[np.isfinite(values)]
    return len(finite) > 0 and finite.min() > 0 and finite.max() > DECADE * finite.min()
