"""What lesson 11 draws: the reverse of one step, eight modes in the plane, the price of a variance."""

from matplotlib.patches import Circle

from .style import DATA, GREEN, LINES, MODEL, NOISE, PURPLE, subplots

SAYS = (DATA, MODEL, GREEN, PURPLE)  # one colour for each thing that a network may predict


def way_back(x, panels, betas, nats):
    """Reverse densities beside the Gaussian of equal moments, and the KL to it over beta; returns the figure.

    panels: beta -> (density, Gaussian, how far the axis reaches), the first two like x; nats: like betas.
    """
    fig, axes = subplots(1, len(panels) + 1, figsize=(10.4, 3.4))
    for ax, (beta, (density, bell, reach)) in zip(axes, panels.items(), strict=False):
        ax.plot(x, density, color=DATA, label="exact")
        ax.plot(x, bell, "--", color=MODEL, label="a Gaussian")
        ax.set(title=f"back over β = {beta}", xlabel="$x_{t-1}$", xlim=(-reach, reach))
    axes[0].set_ylabel("density")
    axes[1].legend(loc="upper left", fontsize=10, handlelength=1.2)
    axes[-1].loglog(betas, nats, "o-", color=DATA)
    axes[-1].set(title="how far from Gaussian", xlabel="β", ylabel="KL [nats]")
    return fig


def two_steps(panels):
    """The step with the right target beside the one with a guess, a panel a time; returns the figure.

    panels: t -> (x [n], density with x_0, density with the guess, x_t).
    """
    fig, axes = subplots(1, len(panels), figsize=(10.4, 3.3))
    for ax, (t, (x, right, taken, here)) in zip(axes, panels.items(), strict=True):
        ax.plot(x, right, color=DATA, label="with $x_0$")
        ax.plot(x, taken, "--", color=MODEL, label="with the guess")
        ax.axvline(here, color=NOISE, linestyle=":", label="$x_t$")
        ax.set(title=f"t = {t}", xlabel="$x_{t-1}$")
    axes[0].set_ylabel("density")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(panels))
    return fig


def modes(ax, points, centres, stds, title, reach, colour=MODEL):
    """Points [N, 2] on one axes, and a circle of two standard deviations round every mode."""
    ax.scatter(*points.T, s=2, color=colour, linewidths=0)
    for centre, std in zip(centres.tolist(), stds.tolist(), strict=True):
        ax.add_patch(Circle(centre, 2 * std, fill=False, color=DATA, linewidth=1.4))
    ax.set(title=title, aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))


def one_jump(points, landed, averages, centres, stds):
    """Data, where a network's single jump from noise lands, and the exact averages, all [N, 2]; a figure."""
    fig, axes = subplots(1, 3, figsize=(8.4, 3), sharex=True, sharey=True)
    titles = ("the data", "one jump of the network", "the exact average")
    for ax, cloud, title in zip(axes, (points, landed, averages), titles, strict=True):
        modes(ax, cloud, centres, stds, title, 2.4)
        ax.set_xlabel("$x_1$")
    for ax, cloud in zip(axes[1:], (landed, averages), strict=True):
        ax.scatter(*cloud.T, s=16, color=MODEL, linewidths=0)  # else one could overlook them
    axes[0].set_ylabel("$x_2$")
    return fig


def way_from_noise(shown, ended, centres, stds):
    """Points on their way from noise to eight modes; shown: t -> points [N, 2]; returns the figure."""
    fig, axes = subplots(1, len(shown) + 1, figsize=(10.6, 2.6), sharex=True, sharey=True)
    for ax, (t, points) in zip(axes, shown.items(), strict=False):
        ax.scatter(*points.T, s=2, color=NOISE if t == max(shown) else MODEL, linewidths=0)
        ax.set(title=f"t = {t}", aspect="equal")
    modes(axes[-1], ended, centres, stds, "the end", 3)
    return fig


def error_factors(factors):
    """By how much an error of the network is blown up in x_0 and in the noise; returns the figure.

    factors: what the network says -> (factor in x_0 [T], factor in the noise [T]).
    """
    fig, (left, right) = subplots(1, 2, figsize=(10, 3.6), sharey=True)
    for (name, both), colour, style in zip(factors.items(), SAYS, LINES, strict=True):
        for ax, values in zip((left, right), both, strict=True):
            ax.semilogy(values, style, color=colour, label=name)
    left.set(title="error of $\\hat x_0$", xlabel="t", ylabel="times the network's error", ylim=(5e-3, 300))
    right.set(title="error of the noise", xlabel="t")
    right.legend(loc="upper right", fontsize=11, title="the network says")
    return fig


def bound_weights(weights, share):
    """The bound's weights over t, and the share that those of the noise have up to t; returns the figure.

    weights: what the network says -> weight [n] at t = 1..n; share: of the noise's weight, [n].
    """
    t = range(1, len(share) + 1)
    fig, (left, right) = subplots(1, 2, figsize=(10, 3.6))
    for (name, values), colour, style in zip(weights.items(), SAYS, LINES, strict=True):
        left.semilogy(t, values, style, color=colour, label=name)
    left.set(title="weight in the bound", xlabel="t", ylabel="on the squared error")
    left.legend(loc="upper right", fontsize=11, title="the network says")
    right.plot(t, share.cumsum(0), color=MODEL, label="the bound")
    right.plot(t, [step / len(share) for step in t], "--", color=NOISE, label="$L_{\\mathrm{simple}}$")
    right.set(title="noise: share of the weight up to t", xlabel="t")
    right.legend(loc="lower right", fontsize=11)
    return fig


def three_variances(clouds, curves, centres, stds):
    """Samples with two variances, and width and misplaced mass over the number of steps; returns the figure.

    clouds: title -> points [N, 2]; curves: name -> {number of steps: (width over true, mass misplaced)}.
    """
    fig, axes = subplots(1, 4, figsize=(11.4, 3.6), width_ratios=(1, 1, 1.1, 1.1))
    for ax, (title, points) in zip(axes, clouds.items(), strict=False):
        modes(ax, points, centres, stds, title, 2.4)
    styles = zip((MODEL, GREEN, PURPLE), ("o-", "s--", "^:"), strict=True)
    for (name, curve), (colour, style) in zip(curves.items(), styles, strict=True):
        for ax, values in zip(axes[2:], zip(*curve.values(), strict=True), strict=True):
            ax.semilogx(list(curve), values, style, color=colour, label=name)
    axes[2].axhline(1, color=NOISE, linewidth=1)
    axes[2].set(title="width over true", xlabel="steps")
    axes[3].set(title="mass misplaced", xlabel="steps", ylim=(0, None))
    axes[3].legend(loc="upper right", fontsize=11)
    return fig
