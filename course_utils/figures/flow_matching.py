"""What lesson 16 draws: lines that cross and flows that do not, solvers, rounds of reflow, where t is put."""

from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from .style import DATA, GREEN, MODEL, NOISE, ORANGE, PURPLE, subplots

STYLES = ("o-", "s--", "^-.", "v:", "D-", "P--")


def cloud(ax, points, centres, stds, title, reach, colour=MODEL):
    """Points [N, 2] on one axes, and a circle of two standard deviations round every mode."""
    ax.scatter(*points.T, s=2, color=colour, linewidths=0)
    for centre, std in zip(centres.tolist(), stds.tolist(), strict=True):
        ax.add_patch(Circle(centre, 2 * std, fill=False, color=DATA, linewidth=1.4))
    ax.set(title=title, aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))


def first_attempt(starts, ends, points, landed, centres, stds):
    """Random lines, data, and where one jump lands, all [N, 2]; returns the figure."""
    fig, axes = subplots(1, 3, figsize=(8.6, 3.5), sharex=True, sharey=True)
    pairs = list(zip(starts.tolist(), ends.tolist(), strict=True))
    axes[0].add_collection(LineCollection(pairs, colors=NOISE, linewidths=0.8))
    axes[0].scatter(*starts.T, s=9, color=NOISE, marker="s", linewidths=0, zorder=3)
    axes[0].scatter(*ends.T, s=11, color=DATA, linewidths=0, zorder=3)
    axes[0].set(title="lines of random pairs", aspect="equal")
    cloud(axes[1], points, centres, stds, "the data", 2.9, DATA)
    cloud(axes[2], landed, centres, stds, "one jump", 2.9)
    axes[2].scatter(*landed.T, s=16, color=MODEL, linewidths=0)  # else one could overlook them
    for ax in axes:
        ax.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    return fig


def lines_and_flow(times, lines, flow):
    """Straight lines of random pairs beside the flow from the same noise, on the line; returns the figure.

    times: [S]; lines: [N, 2], noise and data of each; flow: [S, N].
    """
    fig, axes = subplots(1, 2, figsize=(9.4, 3.6), sharex=True, sharey=True)
    for noise, data in lines.tolist():
        axes[0].plot((0, 1), (noise, data), color=NOISE, linewidth=0.9)
    axes[1].plot(times, flow, color=MODEL, linewidth=0.9)
    for ax, ends in zip(axes, (lines[:, 1], flow[-1]), strict=True):
        ax.scatter([0] * len(lines), lines[:, 0], s=12, color=NOISE, marker="s", zorder=3, clip_on=False)
        ax.scatter([1] * len(lines), ends, s=14, color=DATA, zorder=3, clip_on=False)
        ax.set(xlabel="time t", xlim=(0, 1))
    axes[0].set(title="random pairs: the lines cross", ylabel="x")
    axes[1].set(title="the flow: no two paths do")
    return fig


def way_of_flow(shown, centres, stds):
    """Points on their way from noise to data; shown: time -> points [N, 2]; returns the figure."""
    fig, axes = subplots(1, len(shown), figsize=(10.6, 2.6), sharex=True, sharey=True)
    for ax, (t, points) in zip(axes, shown.items(), strict=True):
        if t == 1:
            cloud(ax, points, centres, stds, "t = 1", 3)
        else:
            ax.scatter(*points.T, s=2, color=NOISE if t == 0 else MODEL, linewidths=0)
            ax.set(title=f"t = {t:g}", aspect="equal")
        ax.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    return fig


def clouds_of(clouds, centres, stds):
    """Clouds side by side with the circles of the modes; clouds: title -> [N, 2]; returns the figure."""
    fig, axes = subplots(1, len(clouds), figsize=(2.9 * len(clouds), 3.5), sharex=True, sharey=True)
    for ax, (title, points) in zip(axes, clouds.items(), strict=True):
        cloud(ax, points, centres, stds, title, 2.6, DATA if title == "the data" else MODEL)
        ax.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    return fig


def solver_errors(panels, ylabel):
    """Errors over network calls on log axes, a panel a title; returns the figure.

    panels: title -> {name: {calls: error}}.
    """
    fig, axes = subplots(1, len(panels), figsize=(5.1 * len(panels), 3.7), sharey=True)
    colours = (MODEL, DATA, GREEN, PURPLE, ORANGE)
    for ax, (title, curves) in zip(axes, panels.items(), strict=True):
        for (name, curve), colour, style in zip(curves.items(), colours, STYLES, strict=False):
            ax.loglog(list(curve), list(curve.values()), style, color=colour, label=name, markersize=5)
        ax.set(title=title, xlabel="calls of the model")
        ax.legend(loc="lower left", fontsize=11)
    axes[0].set_ylabel(ylabel)
    return fig


def levels_of_paths(t, levels):
    """Signal and noise of paths over time; levels: name -> (signal [S], sigma [S]); returns the figure."""
    fig, axes = subplots(1, len(levels), figsize=(3.4 * len(levels), 2.9), sharey=True)
    for ax, (name, (signal, sigma)) in zip(axes, levels.items(), strict=True):
        ax.plot(t, signal, color=DATA, label="of the data")
        ax.plot(t, sigma, "--", color=NOISE, label="of the noise")
        ax.set(title=name, xlabel="time t", xlim=(0, 1))
    axes[0].set_ylabel("factor")
    axes[-1].legend(loc="center left", fontsize=11)
    return fig


def rounds(paths, landed, centres, stds):
    """Paths of some points above, and where one Euler step lands below, a column a round; returns the figure.

    paths: title -> [S, N, 2]; landed: title -> [N, 2].
    """
    fig, axes = subplots(2, len(paths), figsize=(3.1 * len(paths), 6), sharex=True, sharey=True)
    for ax, (title, places) in zip(axes[0], paths.items(), strict=True):
        lines = places.transpose(0, 1).tolist()
        ax.add_collection(LineCollection(lines, colors=MODEL, linewidths=0.8))
        ax.scatter(*places[0].T, s=9, color=NOISE, marker="s", linewidths=0, zorder=3)
        ax.scatter(*places[-1].T, s=11, color=DATA, linewidths=0, zorder=3)
        ax.set(title=title, aspect="equal")
    for ax, points in zip(axes[1], landed.values(), strict=True):
        cloud(ax, points, centres, stds, "one Euler step", 2.9)
        ax.set_xlabel("$x_1$")
    for ax in axes[:, 0]:
        ax.set_ylabel("$x_2$")
    return fig


def where_to_put_t(t, density, errors):
    """How often each t is trained, and the error of the velocity there by seed; returns the figure.

    t: [S]; density: name -> [S]; errors: name -> ([n] times, [seeds, n]).
    """
    fig, (left, right) = subplots(1, 2, figsize=(10, 3.5))
    for (name, values), colour, style in zip(density.items(), (DATA, MODEL), ("--", "-"), strict=True):
        left.plot(t, values, style, color=colour, label=name)
    left.set(title="where t is put", xlabel="t", ylabel="density", ylim=(0, None), xlim=(0, 1))
    left.legend(loc="lower center", fontsize=11)
    for (name, (times, of_seeds)), colour, style in zip(
        errors.items(), (DATA, MODEL), ("s--", "o-"), strict=True
    ):
        right.fill_between(times, of_seeds.amin(0), of_seeds.amax(0), color=colour, alpha=0.25, linewidth=0)
        right.semilogy(times, of_seeds.mean(0), style, color=colour, label=name, markersize=5)
    right.set(title="error of the velocity", xlabel="t", ylabel="mean square")
    right.legend(loc="upper left", fontsize=11)
    return fig


def measures_over(x, panels, xlabel, log=False):
    """Measures of several methods with the range over seeds, a panel a measure; returns the figure.

    x: [n]; panels: title -> {name: [seeds, n]}.
    """
    fig, axes = subplots(1, len(panels), figsize=(5 * len(panels), 3.5))
    for ax, (title, curves) in zip(axes, panels.items(), strict=True):
        for (name, of_seeds), colour, style in zip(
            curves.items(), (MODEL, DATA, GREEN), ("o-", "s--", "^-."), strict=False
        ):
            ax.fill_between(x, of_seeds.amin(0), of_seeds.amax(0), color=colour, alpha=0.2, linewidth=0)
            ax.plot(x, of_seeds.mean(0), style, color=colour, label=name, markersize=5)
        ax.set(title=title, xlabel=xlabel)
        if log:
            ax.set_xscale("log")
            ax.set_xticks(list(x), [f"{value:g}" for value in x])
            ax.minorticks_off()
    axes[0].legend(fontsize=11)
    return fig
