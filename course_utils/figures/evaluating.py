"""Figures of lesson 08: what measures say of samples, and what their numbers hang on."""

import torch

from .style import BLACK, DATA, GREEN, HIGHLIGHT, LINES, MODEL, NOISE, PURPLE, few_ticks, subplots

COLOURS, MARKS = (DATA, MODEL, GREEN, PURPLE, BLACK, NOISE), ("o", "s", "^", "D", "v", "P")


def table(values, noticed):
    """A table of sets of samples by measures; returns the figure.

    values: set -> {measure: number}; noticed: set -> {measure: bool}; these numbers are shaded, with a dot.
    """
    rows, measures = list(values), list(next(iter(values.values())))
    fig, ax = subplots(figsize=(1.12 * len(measures) + 1.8, 0.5 * len(rows) + 1.0))
    for i, row in enumerate(rows):
        for j, measure in enumerate(measures):
            seen = noticed[row][measure]
            if seen:
                ax.add_patch(_cell(j, i))
            text = ("● " if seen else "") + _short(values[row][measure])
            ax.text(j, i, text, ha="center", va="center", fontsize=12, weight="bold" if seen else "normal")
    ax.set(xlim=(-0.5, len(measures) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    ax.set_xticks(range(len(measures)), measures)
    ax.set_yticks(range(len(rows)), rows)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title("Which measure notices which liar (●)", pad=12)
    return fig


def by_size(sizes, curves, ends):
    """Fréchet distances against 1/n, with the line through each and where it ends; returns the figure.

    sizes: [S] numbers of samples; curves: name -> [S]; ends: name -> the line's value at 1/n = 0.
    """
    fig, ax = subplots(figsize=(7.2, 3.8))
    inverse = 1 / torch.as_tensor(sizes).double()
    for (name, values), colour, mark, line in zip(curves.items(), COLOURS, MARKS, LINES, strict=False):
        end = float(ends[name])
        slope = ((values - end) * inverse).sum() / inverse.square().sum()
        ax.plot(inverse, values, mark, color=colour, label=name)
        ax.plot([0, inverse.max()], [end, end + slope * inverse.max()], line, color=colour, linewidth=1.4)
    ax.axhline(0, color=NOISE, linewidth=1)
    ax.set_xticks(inverse, [f"1/{n}" for n in torch.as_tensor(sizes).tolist()], rotation=60)
    ax.set(title="The distance by the number of samples", ylabel="Fréchet distance", xlabel="1/n")
    ax.legend()
    return fig


def rankings(ranked, title="The same samples, other features"):
    """Models by features, every run a mark, over the mean of each column's worst model; returns the figure.

    ranked: features, or whatever else a column stands for -> {model: [runs]}.
    """
    columns, models = list(ranked), list(next(iter(ranked.values())))
    fig, ax = subplots(figsize=(1.7 * len(columns) + 3.4, 4.0))
    for k, (model, colour, mark) in enumerate(zip(models, COLOURS, MARKS, strict=False)):
        places, heights = [], []
        for j, what in enumerate(columns):
            worst = max(float(runs.mean()) for runs in ranked[what].values())
            runs = ranked[what][model] / worst
            ax.plot([j + 0.04 * (k - 2)] * len(runs), runs, mark, color=colour, alpha=0.45, markersize=6)
            places, heights = [*places, j + 0.04 * (k - 2)], [*heights, float(runs.mean())]
        ax.plot(
            places, heights, LINES[k % 4], color=colour, linewidth=1.6, label=model, marker=mark, markersize=8
        )
    ax.set_xticks(range(len(columns)), columns)
    ax.set(title=title, ylabel="Fréchet distance / the worst", yscale="log")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig


def likelihood_and_distance(found):
    """Models by what they predict and by how their samples look, every run a mark; returns the figure.

    found: model -> (nats, [runs] of Fréchet distances).
    """
    fig, ax = subplots(figsize=(8.4, 3.8))
    for (model, (nats, runs)), colour, mark in zip(found.items(), COLOURS, MARKS, strict=False):
        ax.plot([float(nats)] * len(runs), runs, mark, color=colour, label=model, markersize=8, linestyle="")
    ax.axvline(0, color=NOISE, linewidth=1)
    ax.set(
        title="Likelihood (right is better) and looks (low is better)", yscale="log",
        xlabel="nats of a held-out digit, above a uniform density", ylabel="Fréchet distance",
    )  # fmt: skip
    few_ticks(ax.yaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return fig


def how_often(truths, shares):
    """How often an interval holds the truth, by the truth; shares: name -> [T]; returns the figure."""
    fig, ax = subplots(figsize=(7.0, 3.4))
    for (name, values), colour, line in zip(shares.items(), (MODEL, DATA), ("--", "-"), strict=False):
        ax.plot(truths, values, line, color=colour, label=name)
    ax.axhline(0.95, color=NOISE, linewidth=1.2, linestyle=":")
    ax.set(
        title="20 answers: does the interval hold the truth?", xlabel="true probability", ylabel="how often",
        ylim=(0, 1.03),
    )  # fmt: skip
    ax.legend(loc="lower center")
    return fig


def _cell(column, row):
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.47, row - 0.44), 0.94, 0.88, color=HIGHLIGHT, alpha=0.35, linewidth=0)


def _short(value):
    """A number in at most five characters or so."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 3 else f"{value:.2f}"
