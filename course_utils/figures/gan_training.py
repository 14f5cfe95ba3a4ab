"""What lesson 05 draws: curves of a training run, the tricks over seeds, fidelity against diversity."""

from .style import DATA, GREEN, MODEL, NOISE, subplots


def losses_and_distance(steps, d_loss, g_loss, distance, of_average, unseen, begin):
    """Both losses beside the Fréchet distance of G and of its average, all against steps; returns the figure.

    steps: when each distance was measured; the losses are means over the steps since the one before, and are
    drawn at the middle of these. unseen: the distance of held-out data; begin: the step marked on the left.
    """
    fig, (left, right) = subplots(1, 2, figsize=(8.8, 3.3))
    middles = [(before + step) / 2 for before, step in zip([0, *steps], steps, strict=False)]
    left.plot(middles, d_loss, "-o", markersize=4, color=DATA, label="D's")
    left.plot(middles, g_loss, "--s", markersize=4, color=MODEL, label="G's")
    left.axvline(begin, color=NOISE, linewidth=1, linestyle=":")
    left.set(title="Losses, means of 200 steps", xlabel="step", ylabel="nats", ylim=(0, None))
    left.legend()
    right.semilogy(steps, distance, "--o", color=MODEL, label="G")
    right.semilogy(steps, of_average, "-s", color=GREEN, label="average of G")
    right.axhline(unseen, color=DATA, linestyle=":", label="unseen digits")
    right.set(title="Fréchet distance", xlabel="step")
    right.legend()
    return fig


def norm_in_d(steps, with_norm, without):
    """The Fréchet distance of two runs against steps, with batch norm in D and without; returns a figure."""
    fig, ax = subplots(figsize=(6.4, 3.1))
    ax.semilogy(steps, with_norm, "-o", color=MODEL, label="batch norm in D")
    ax.semilogy(steps, without, "-.^", color=NOISE, label="no norm in D")
    ax.set(title="Fréchet distance", xlabel="step", xticks=steps)
    ax.set_yticks([20, 50, 100], ["20", "50", "100"])
    ax.minorticks_off()
    ax.legend()
    return fig


def switches(scores, labels, floor):
    """Two columns of dots, a row a switch: distance and bins covered of every seed; returns the figure.

    scores: name -> tensor [seeds, 2 or more], one of them "plain"; labels: name -> what stands beside its
    row; floor: the same two measures of as many real images. The largest mean distance is lowest. A row
    whose mean lies far outside the others, and the floor of the distance, are written and not drawn.
    """
    order = sorted(scores, key=lambda name: -scores[name][:, 0].mean())
    means = [scores[name][:, 0].mean().item() for name in order]
    drawn = [mean for mean in means if mean < 3 * means[len(means) // 2]]
    fig, axes = subplots(1, 2, figsize=(11, 0.4 * len(order) + 1.8), sharey=True, width_ratios=[1.2, 1])
    for measure, ax in enumerate(axes):
        for height, name in enumerate(order):
            colour = "black" if name == "plain" else MODEL
            _row_of_seeds(ax, height, scores[name][:, measure], colour)
        ax.axvline(scores["plain"][:, measure].mean(), color="black", linewidth=1, linestyle=":")
        ax.grid(axis="y", color="#EEEEEE")
    low, high = 0.6 * min(drawn), 1.2 * max(drawn)
    for height, mean in enumerate(means):
        if mean not in drawn:
            axes[0].text(high, height, f"{mean:.0f} →", ha="right", va="center", fontsize=12)
    axes[0].set(title="Fréchet distance", xlim=(low, high), yticks=range(len(order)))
    axes[0].set_yticklabels([labels[name] for name in order])
    axes[0].set_xlabel(f"← real digits have {floor[0]:.1f}", loc="left", color=DATA)
    axes[1].axvline(floor[1], color=DATA, linewidth=1.5)
    axes[1].set(title="Bins covered, of 50", xlim=(0, 51), xlabel="blue line: real digits")
    return fig


def _row_of_seeds(ax, height, values, colour):
    """The seeds as circles that can be told apart, and their mean as an upright bar."""
    for place, value in enumerate(values.tolist()):
        lift = 0.12 * (place % 3 - 1)
        ax.plot(value, height + lift, "o", color=NOISE, markersize=5, alpha=0.8)
    ax.plot(values.mean(), height, "|", color=colour, markersize=18, markeredgewidth=3)


def truncation(thresholds, fidelity, diversity, distances, of_real):
    """Fidelity against diversity, and the distance against the threshold, for digits; returns the figure.

    of_real: the fidelity of real digits, whose diversity is 1.
    """
    fig, (left, right) = subplots(1, 2, figsize=(9, 3.5))
    left.plot(diversity, fidelity, "o-", color=MODEL)
    _name_points(left, thresholds, diversity, fidelity, (0.35, 0.5, 0.75, 3.0), (7, -13))
    left.plot(1, of_real, "*", color=DATA, markersize=16, label="real digits")
    left.set(title="Fidelity against diversity", xlim=(0, 1.15), ylim=(0, 1.05))
    left.set(xlabel="diversity (real digits: 1)", ylabel="mean confidence")
    left.legend(loc="upper left")
    right.loglog(thresholds, distances, "o-", color=MODEL)
    right.set(title="Fréchet distance", xlabel="threshold τ")
    right.set_xticks([0.35, 0.75, 1.5, 3], ["0.35", "0.75", "1.5", "3"])
    right.set_yticks([5, 10, 50, 100], ["5", "10", "50", "100"])
    right.minorticks_off()
    return fig


def truncated_glyphs(thresholds, diversity, nearest):
    """Distance to the nearest real glyph against diversity, each 1 for real glyphs; returns the figure."""
    fig, ax = subplots(figsize=(5.6, 3.5))
    ax.plot(diversity, nearest, "o-", color=MODEL)
    _name_points(ax, thresholds, diversity, nearest, (0.35, 0.75, 3.0), (6, 8))
    ax.plot(1, 1, "*", color=DATA, markersize=16, label="unseen real glyphs")
    ax.set(title="Glyphs: truncation", xlim=(0, 1.2), ylim=(0, 1.3 * max(nearest)))
    ax.set(xlabel="diversity (real: 1)", ylabel="distance to nearest (real: 1)")
    ax.legend(loc="lower left")
    return fig


def _name_points(ax, thresholds, xs, ys, named, offset):
    """Write the threshold beside some of the points."""
    for threshold, x, y in zip(thresholds, xs, ys, strict=True):
        if threshold in named:
            ax.annotate(f"τ = {threshold}", (x, y), textcoords="offset points", xytext=offset, fontsize=11)
