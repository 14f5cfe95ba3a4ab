"""Figures of lesson 09: how maps move density, and how far a flow is from the truth."""

import itertools

import torch

from .style import BLACK, DATA, GREEN, LINES, MODEL, NOISE, PURPLE, SKY, subplots

OUTSIDE = {  # a number that stands beside what it is about
    "textcoords": "offset points", "va": "center",
    "bbox": {"facecolor": "w", "edgecolor": "none", "alpha": 0.8, "pad": 1},
}  # fmt: skip
COLOURS, MARKS = (DATA, MODEL, GREEN, PURPLE, BLACK), ("o", "s", "^", "D", "v")


def first_guess(draws, x, curves):
    """A histogram of draws on the line, and densities [X] over x [X] by name; returns the figure."""
    fig, ax = subplots(figsize=(7.2, 3.4))
    share = float(((draws >= x[0]) & (draws <= x[-1])).double().mean())
    low, high = float(x[0]), float(x[-1])
    each = [share_of(draws, x, 60)] * len(draws)
    label = f"draws ({100 * share:.0f} % are in view)"
    ax.hist(draws.numpy(), 60, range=(low, high), weights=each, color=SKY, alpha=0.55, label=label)
    for (name, values), colour, line in zip(curves.items(), (MODEL, DATA), ("--", "-"), strict=False):
        ax.plot(x, values, line, color=colour, label=name)
    ax.set(title="Draws $x = e^z$, and a guess at their density", xlabel="$x$", ylabel="density")
    ax.legend()
    return fig


def share_of(draws, x, bins):
    """What one draw adds to a bar of a histogram whose bars, with those out of view, have area 1."""
    return bins / (len(draws) * float(x[-1] - x[0]))


def strips(x, p_x, edges_x, z, p_z, edges_z):
    """The same probability on both axes of a map: p(x) over x with strips, p(z) over z with theirs.

    x, z: [N] with densities [N]; edges: [E] of strips, those of z being where those of x are sent.
    """
    fig, axes = subplots(1, 2, figsize=(12, 3.4))
    for ax, places, density, edges, name in (
        (axes[0], z, p_z, edges_z, "$z$"), (axes[1], x, p_x, edges_x, "$x = e^z$"),
    ):  # fmt: skip
        ax.plot(places, density, color=BLACK)
        for i, (low, high) in enumerate(itertools.pairwise(edges)):
            inside = (places >= low) & (places <= high)
            hatch = ("//", "", "\\\\", "..")[i % 4]
            ax.fill_between(places[inside], density[inside], color=COLOURS[i % 4], alpha=0.45, hatch=hatch)
        ax.set(xlabel=name, ylim=(0, None))
    axes[0].set(title="Strips of noise", ylabel="density of noise")
    axes[1].set(title="The same strips in data: equal areas", ylabel="density of data")
    return fig


def parallelograms(f, jacobian, corners, side):
    """Squares with a corner at corners [S, 2], and where f [N, 2] -> [N, 2] sends them; returns the figure.

    Beside each image stands, dashed, the parallelogram of the Jacobian [S, 2, 2] at its corner.
    """
    fig, axes = subplots(1, 2, figsize=(11, 4.6))
    way = torch.linspace(0, 1, 20, dtype=corners.dtype)
    zero, one = torch.zeros_like(way), torch.ones_like(way)
    outline = torch.cat([
        torch.stack([way, zero], 1), torch.stack([one, way], 1),
        torch.stack([1 - way, one], 1), torch.stack([zero, 1 - way], 1),
    ])  # fmt: skip
    _net(axes[0], lambda points: points)
    _net(axes[1], f)
    middle = float(f(corners)[:, 0].mean())  # numbers stand on the side where no other image is
    for corner, J, colour, mark in zip(corners, jacobian, COLOURS, MARKS, strict=False):
        square = corner + side * outline
        image, start = f(square), f(corner[None])[0]
        flat = start + side * outline @ J.T
        axes[0].fill(*square.T, color=colour, alpha=0.5)
        axes[1].fill(*image.T, color=colour, alpha=0.5)
        axes[1].plot(*flat.T, "--", color=colour, linewidth=1.8)
        for ax, point in ((axes[0], corner), (axes[1], start)):
            ax.plot(*point, mark, color=colour, markersize=7)
        text, to = f"{abs(float(torch.linalg.det(J))):.2f}", image.mean(0).tolist()
        beside = {"xytext": (26, 0)} if to[0] > middle else {"xytext": (-26, 0), "ha": "right"}
        axes[1].annotate(text, to, fontsize=13, color=colour, weight="bold", **beside, **OUTSIDE)
    axes[0].set(title="$x$", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    axes[1].set(title="$z = f(x)$, with |det| of each", xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    return fig


def planar(pushed, lines):
    """The plane after one planar step, and a + (w.u) tanh(a) for some w.u; returns the figure.

    pushed: points [N, 2] -> [N, 2]; lines: name -> (a [A], values [A]).
    """
    fig, axes = subplots(1, 2, figsize=(11.5, 4.2))
    _net(axes[0], pushed)
    axes[0].set(title="The plane after one step", xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    for (name, (a, values)), colour, line in zip(lines.items(), COLOURS, LINES, strict=False):
        axes[1].plot(a, values, line, color=colour, label=name)
    axes[1].set(title="Along $w$: which of them can be undone?", xlabel="before", ylabel="after")
    axes[1].legend()
    return fig


def jacobians(matrices):
    """Which entries of Jacobians are not 0, by name; rows are outputs; returns the figure."""
    fig, axes = subplots(1, len(matrices), figsize=(4.2 * len(matrices), 3.5), squeeze=False)
    for ax, (name, J) in zip(axes[0], matrices.items(), strict=True):
        J = J.detach()
        limit = float(J.abs().max())
        fig.colorbar(ax.imshow(J.numpy(), cmap="PuOr", vmin=-limit, vmax=limit), ax=ax)
        for i, j in (J.abs() < 1e-9).nonzero().tolist():
            ax.text(j, i, "0", ha="center", va="center", fontsize=12)
        ax.set(title=name, xlabel="input", ylabel="output", xticks=range(len(J)), yticks=range(len(J)))
        ax.set_xticks(range(J.shape[1]), range(1, J.shape[1] + 1))
        ax.set_yticks(range(J.shape[0]), range(1, J.shape[0] + 1))
    return fig


def densities(planes, low, high, points=None):
    """Densities on a square grid, each [n, n], by name, on one scale; points [N, 2] over the last one.

    A name's density may be None: then only the points are drawn. Returns the figure.
    """
    fig, axes = subplots(1, len(planes), figsize=(4.1 * len(planes), 4.6), squeeze=False)
    top = max(float(values.max()) for values in planes.values() if values is not None)
    for ax, (name, values) in zip(axes[0], planes.items(), strict=True):
        if values is None:
            ax.plot(*points.T, ".", color=MODEL, markersize=3)
        else:
            ax.imshow(
                values.numpy(),
                origin="lower",
                extent=(low, high, low, high),
                cmap="viridis",
                vmin=0,
                vmax=top,
            )
        ax.set(title=name, xlabel="$x_1$", ylabel="$x_2$", xlim=(low, high), ylim=(low, high), aspect="equal")
    return fig


def by_depth(found, title, ylabel):
    """Numbers of several runs against the number of steps; found: name -> {depth: [runs]}; the figure."""
    fig, ax = subplots(figsize=(7, 3.8))
    for (name, values), colour, mark, line in zip(found.items(), COLOURS, MARKS, LINES, strict=False):
        depths = list(values)
        for depth, runs in values.items():
            ax.plot([depth] * len(runs), runs, mark, color=colour, alpha=0.45, markersize=6)
        means = [float(runs.mean()) for runs in values.values()]
        ax.plot(depths, means, line, marker=mark, color=colour, label=name)
    ax.set(xscale="log", yscale="log", title=title, xlabel="coupling steps", ylabel=ylabel)
    ax.set_xticks(depths, [str(depth) for depth in depths])
    ax.minorticks_off()
    ax.legend()
    return fig


def filament(planes, low, high, steps, slopes):
    """Log densities after more and more training, and the steepest slope of noise to data; the figure.

    planes: name -> log density [n, n]; steps: [S]; slopes: [S, runs].
    """
    count = len(planes)
    fig, axes = subplots(1, count + 1, figsize=(3.5 * count + 4.4, 3.7), width_ratios=[1] * count + [1.2])
    for ax, (name, values) in zip(axes, planes.items(), strict=False):
        drawn = ax.imshow(
            values.numpy(), origin="lower", extent=(low, high, low, high), cmap="viridis", vmin=-9, vmax=0,
        )  # fmt: skip
        ax.set(title=name, xlabel="$x_1$", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    axes[0].set_ylabel("$x_2$")
    bar = fig.colorbar(drawn, ax=axes[count - 1])
    bar.ax.set_title("log density,\ncut at $-9$", fontsize=11)
    axes[-1].plot(steps, slopes, "s", color=MODEL, alpha=0.45, markersize=6)
    axes[-1].plot(steps, slopes.mean(1), "s-", color=MODEL)
    axes[-1].set(xscale="log", yscale="log", title="Steepest slope", xlabel="training steps")
    axes[-1].set_ylabel("largest |dx| / |dz|")
    axes[-1].set_xticks(steps, [f"{n:,}" for n in steps])
    axes[-1].minorticks_off()
    return fig


def grey_levels(levels, curves):
    """Densities over one pixel, a row of {name: (x, density)}, with the grey levels marked; the figure."""
    fig, axes = subplots(1, len(curves), figsize=(4.6 * len(curves), 3.4), squeeze=False)
    for ax, (name, (x, values)) in zip(axes[0], curves.items(), strict=True):
        ax.plot(x, values, color=MODEL)
        ax.plot(levels, torch.zeros(len(levels)), "|", color=BLACK, markersize=12)
        ax.set(title=name, xlabel="grey level", ylabel="density")
    return fig


def orders(places):
    """When each pixel has its turn, by name: images [H, W] of whole numbers; returns the figure."""
    fig, axes = subplots(1, len(places), figsize=(4.4 * len(places), 4.0), squeeze=False)
    for ax, (name, turns) in zip(axes[0], places.items(), strict=True):
        ax.imshow(turns.numpy(), cmap="viridis")  # each pixel says its turn, so no colour bar
        for i, row in enumerate(turns.tolist()):
            for j, turn in enumerate(row):
                dark = turn < 0.6 * float(turns.max())
                ax.text(j, i, turn + 1, ha="center", va="center", fontsize=9, color="w" if dark else "k")
        ax.set(title=name, xticks=[], yticks=[])
    return fig


def scores(panels):
    """Models' numbers side by side; panels: title -> (unit, {model: (number, kind)}); returns the figure.

    kind: "exact", or "at least" or "at most" for a bound on the number from below or above.
    """
    rows = max(len(numbers) for _, numbers in panels.values())
    fig, axes = subplots(1, len(panels), figsize=(6.6 * len(panels), 0.55 * rows + 1.3), squeeze=False)
    marks = {"exact": "o", "at least": ">", "at most": "<"}
    for ax, (title, (unit, numbers)) in zip(axes[0], panels.items(), strict=True):
        values = [value for value, _ in numbers.values()]
        spread = max(values) - min(values)
        for row, (value, kind) in enumerate(numbers.values()):
            colour = DATA if kind == "exact" else MODEL
            ax.plot(value, row, marks[kind], color=colour, markersize=10)
            number = f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
            text = number if kind == "exact" else f"{kind} {number}"
            ax.annotate(text, (value, row), xytext=(9, -5), textcoords="offset points", fontsize=12)
        ax.set_yticks(range(len(numbers)), list(numbers))
        ax.set(title=title, xlabel=unit, xlim=(min(values) - 0.1 * spread, max(values) + 0.6 * spread))
        ax.set_ylim(len(numbers) - 0.5, -0.5)
        ax.grid(axis="y", color=NOISE, alpha=0.25)
    return fig


def likelihoods(bits):
    """Histograms of bits per dimension, a row for each kind of image: name -> [N]; returns the figure."""
    fig, axes = subplots(len(bits), 1, figsize=(8.6, 1.15 * len(bits) + 1.1), sharex=True, squeeze=False)
    low, high = (float(ends(torch.cat(list(bits.values())))) for ends in (torch.min, torch.max))
    for ax, (name, values), colour in zip(axes[:, 0], bits.items(), COLOURS, strict=False):
        ax.hist(values.numpy(), bins=60, range=(min(0.0, low), high), color=colour)
        ax.set(yticks=[])
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
    axes[0, 0].set_title("What a flow of digits finds likely")
    axes[-1, 0].set_xlabel("bits per dimension (fewer: likelier); height: how many images")
    return fig


def limit(counts, errors):
    """How far a sum of log-determinants is from an integral of traces, by the number of steps; the figure."""
    fig, ax = subplots(figsize=(6.4, 3.4))
    ax.loglog(counts, errors, "o-", color=DATA, label="difference")
    ax.loglog(counts, [errors[0] * counts[0] / n for n in counts], ":", color=BLACK, label="slope $-1$")
    ax.set(title="Many small steps", xlabel="steps", ylabel="nats")
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.minorticks_off()
    ax.legend()
    return fig


def _net(ax, f, reach=2.0, lines=17):
    """The lines of a square net, after f."""
    way = torch.linspace(-reach, reach, 120, dtype=torch.float64)
    for place in torch.linspace(-reach, reach, lines, dtype=torch.float64).tolist():
        fixed = torch.full_like(way, place)
        for points in (torch.stack([fixed, way], 1), torch.stack([way, fixed], 1)):
            ax.plot(*f(points).T, color=NOISE, linewidth=0.9)
