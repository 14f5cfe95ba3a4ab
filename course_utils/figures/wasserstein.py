"""What lesson 06 draws of distances: a loss that is blind, plans, potentials, critics, clipped weights."""

import math

import torch
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from .style import BLACK, DATA, GREEN, MAGNITUDE, MODEL, NOISE, PURPLE, subplots

STYLES = ("o-", "s--", "^-.", "v:", "D-", "P--")
COLOURS = (MODEL, DATA, GREEN, PURPLE, NOISE, BLACK)


def first_attempt(histories, starts_at):
    """Where the fakes are, and what D says of JS, by step; returns the figure.

    histories: distance of the data -> [steps, 2], the fakes' place and the estimate of JS in nats; starts_at:
    the step from which G plays.
    """
    fig, (left, right) = subplots(1, 2, figsize=(9.6, 3.4))
    for (distance, history), colour, style in zip(
        histories.items(), COLOURS, ("-", "--", "-."), strict=False
    ):
        left.plot(history[:, 0], style, color=colour, label=f"data at {distance:g}")
        left.axhline(distance, color=colour, linewidth=1, linestyle=":")
        right.plot(history[:, 1], style, color=colour, label=f"data at {distance:g}")
    right.axhline(math.log(2), color=NOISE, linewidth=1)
    right.text(len(history), 0.6, "log 2", ha="right", fontsize=12)
    left.axvspan(0, starts_at, color=NOISE, alpha=0.15, linewidth=0)
    left.text(starts_at / 2, 0.62 * max(histories), "D alone", ha="center", fontsize=12)
    left.set(title="where the fakes are (dotted: the data)", xlabel="step", ylabel="θ")
    right.set(
        title="what D makes of the distance", xlabel="step", ylabel="JS, estimated [nats]", ylim=(0, 0.75)
    )
    right.legend(loc="lower right")
    return fig


def two_lines(theta, values, slopes):
    """Three distances of two parallel lines, and what each hands to G; returns the figure.

    theta: [S]; values: {"W1": [S], "JS": [S]}; slopes: the same. KL, infinite but at 0, is an arrow.
    """
    fig, (left, right) = subplots(1, 2, figsize=(9.6, 3.5))
    apart = theta != 0
    for ax, what in ((left, values), (right, slopes)):
        ax.plot(theta[theta < 0], what["W1"][theta < 0], color=DATA, label="$W_1$")
        ax.plot(theta[theta > 0], what["W1"][theta > 0], color=DATA)
        ax.plot(theta[apart], torch.where(theta[apart].abs() < 0.06, torch.nan, what["JS"][apart]), "--",
                color=MODEL, label="JS")  # fmt: skip
    left.plot(0, 0, "o", color=MODEL, markersize=8)
    left.annotate("KL is infinite", (0, 3.05), (0, 2.3), ha="center", fontsize=12,
                  arrowprops={"arrowstyle": "->", "color": BLACK})  # fmt: skip
    left.set(title="distance", xlabel="θ", ylabel="nats (JS), units of x ($W_1$)", ylim=(-0.1, 3.1))
    right.set(title="its slope, the gradient for G", xlabel="θ", ylabel="d / dθ", ylim=(-1.3, 1.3))
    right.legend(loc="lower right")
    return fig


def earth(places, p, q, plan):
    """Two histograms, the plan between them, and the area between their CDFs; returns the figure.

    places, p, q: [K], the places evenly spaced; plan: [K, K], from p's bin (row) to q's (column).
    """
    fig, axes = subplots(1, 3, figsize=(11, 3.6))
    width = 0.4 * float(places[1] - places[0])
    axes[0].bar(places - width / 2, p, width, color=DATA, label="p")
    axes[0].bar(places + width / 2, q, width, color=MODEL, hatch="//", edgecolor="white", label="q")
    axes[0].set(title="two histograms", xlabel="x", ylabel="mass", xticks=places.tolist(), ylim=(0, 0.5))
    axes[0].legend(loc="upper left", ncols=2)
    axes[1].imshow(plan, cmap="Blues", origin="lower", vmin=0, vmax=1.6 * float(plan.max()))
    for i, j in (plan > 0.005).nonzero().tolist():
        axes[1].text(j, i, f"{plan[i, j]:.2f}", ha="center", va="center", fontsize=10)
    ticks = [f"{x:g}" for x in places.tolist()]
    axes[1].set(title="the cheapest plan", xlabel="to x of q", ylabel="from x of p")
    axes[1].set_xticks(range(len(ticks)), ticks), axes[1].set_yticks(range(len(ticks)), ticks)
    for mass, colour, style, name in ((p, DATA, "-", "P"), (q, MODEL, "--", "Q")):
        axes[2].step(places, mass.cumsum(0), style, where="post", color=colour, label=name)
    axes[2].fill_between(
        places, p.cumsum(0), q.cumsum(0), step="post", color=NOISE, alpha=0.35, label="area: $W_1$"
    )
    axes[2].set(title="their CDFs", xlabel="x", ylabel="mass up to x", xticks=places.tolist())
    axes[2].legend(loc="lower right", fontsize=11)
    return fig


def potentials(axis, maps, real, fake, ways, steepest):
    """Critics over the plane as contours, with the ways of the earth; returns the figure.

    axis: [G]; maps: title -> [G, G], rows from low to high in the second coordinate; real, fake: [N, 2];
    ways: (starts, ends), each [K, 2]; steepest: title -> the largest slope, by which the map is divided.
    """
    fig, axes = subplots(1, len(maps), figsize=(2.95 * len(maps), 3.6), sharex=True, sharey=True)
    for ax, (title, values) in zip(axes, maps.items(), strict=True):
        values = values / steepest[title]
        values = values - values[len(axis) // 2, len(axis) // 2]
        picture = ax.contourf(axis, axis, values, levels=[0.25 * i for i in range(-4, 13)], cmap=MAGNITUDE,
                              extend="both")  # fmt: skip
        lines = torch.stack(ways, dim=1).tolist()
        ax.add_collection(LineCollection(lines, colors="white", linewidths=0.7))
        ax.scatter(*real.T, s=4, color="white", linewidths=0)
        ax.scatter(*fake.T, s=7, marker="^", color=MODEL, linewidths=0)
        ax.set(title=title, aspect="equal", xlabel="$x_1$", xticks=(-2, 0, 2), yticks=(-2, 0, 2))
    axes[0].set_ylabel("$x_2$")
    fig.colorbar(picture, ax=axes, label="f / steepest slope", shrink=0.8)
    return fig


def by_seed(panels, lines=None, log=()):
    """Every seed and the mean of some rows, a panel a measure; returns the figure.

    panels: measure -> {row: [seeds]}; lines: measure -> place of a line; log: measures with a log axis.
    """
    rows = list(next(iter(panels.values())))
    fig, axes = subplots(1, len(panels), figsize=(3.2 * len(panels) + 1.4, 1 + 0.42 * len(rows)), sharey=True)
    for ax, (measure, found) in zip(axes, panels.items(), strict=True):
        for place, values in enumerate(found.values()):
            ax.plot(values, [-place] * len(values), "o", color=MODEL, alpha=0.55, markersize=5)
            ax.plot(values.mean(), -place, "|", color=BLACK, markersize=18, markeredgewidth=2.5)
        if measure in (lines or {}):
            ax.axvline(lines[measure], color=NOISE, linewidth=1.2, linestyle="--")
        if measure in log:
            ax.set_xscale("log")
        ax.set_title(measure, fontsize=13)
        ax.set_ylim(0.6 - len(rows), 0.6)
        ax.set_yticks([-place for place in range(len(rows))], rows)
    return fig


def clipped(weights, gradients):
    """Weights of deep critics after clipping, and gradients through their layers; returns the figure.

    weights: c -> all weights over c, [W]; gradients: c -> [L], the gradient's length at each layer's output.
    """
    fig, (left, right) = subplots(1, 2, figsize=(9.8, 3.5))
    for (c, values), colour, style in zip(weights.items(), COLOURS, ("-", "--", "-."), strict=False):
        left.hist(values.tolist(), bins=25, range=(-1, 1), histtype="step", linewidth=2, color=colour,
                  linestyle=style, density=True, label=f"c = {c:g}")  # fmt: skip
    for (c, values), colour, style in zip(gradients.items(), COLOURS, STYLES, strict=False):
        right.semilogy(range(1, len(values) + 1), values, style, color=colour, label=f"c = {c:g}")
    left.set(title="where the weights are", xlabel="weight / c", ylabel="density")
    right.set(
        title="gradient on its way back", xlabel="layer (the way back goes left)", ylabel="length, log scale"
    )
    left.legend(loc="upper center")
    right.legend(loc="best")
    return fig


def games(curves, clouds, centres, radius):
    """Exact W1 by round of some games, and the samples at their ends; returns the figure.

    curves: name -> (rounds [T], estimates [T], W1 [T]); clouds: name -> [N, 2]; centres: [K, 2], as circles.
    """
    fig, axes = subplots(1, 1 + len(clouds), figsize=(4.2 + 3 * len(clouds), 3.6),
                         width_ratios=[1.25, *[1] * len(clouds)])  # fmt: skip
    for (name, (rounds, _, exact)), colour, style in zip(curves.items(), COLOURS, STYLES, strict=False):
        axes[0].plot(rounds, exact, style, color=colour, label=name, markersize=5)
    axes[0].set(title="exact $W_1$ to the data", xlabel="round", ylabel="units of x", ylim=(0, None))
    axes[0].legend(fontsize=11)
    for ax, (name, points), colour in zip(axes[1:], clouds.items(), COLOURS, strict=False):
        ax.scatter(*points.T, s=5, marker="^", color=colour, linewidths=0)
        for centre in centres.tolist():
            ax.add_patch(Circle(centre, radius, fill=False, edgecolor=BLACK, linewidth=1.3))
        ax.set(title=name, aspect="equal", xlim=(-3, 3), ylim=(-3, 3), xlabel="$x_1$")
    axes[1].set_ylabel("$x_2$")
    return fig


def turning(axis, best, critics, x, y):
    """The best potential on a line beside critics of some seeds, above the two clouds; returns the figure.

    axis, best: [G]; critics: [S, G]; x, y: [N, 1], on which f is to be high, and low.
    """
    fig, (top, below) = subplots(2, 1, figsize=(9.4, 5), sharex=True, height_ratios=[1, 1.7])
    top.hist(x[:, 0].tolist(), bins=60, range=(-3.5, 3.5), color=DATA, alpha=0.6, label="x: f is to be high")
    top.hist(y[:, 0].tolist(), bins=60, range=(-3.5, 3.5), color=MODEL, histtype="step", linewidth=2,
             label="y: low")  # fmt: skip
    top.set(title="clouds on a line, and what critics make of them", ylabel="points")
    top.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=11)
    for place, values in enumerate(critics):
        below.plot(
            axis, values, "--", color=PURPLE, linewidth=1.3, label=None if place else "penalty, six seeds"
        )
    below.plot(axis, best, color=BLACK, label="the best f")
    below.set(xlabel="x", ylabel="f(x)", xlim=(-3.5, 3.5))
    below.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize=11)
    return fig
