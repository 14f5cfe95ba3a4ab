"""What the second half of lesson 13 draws: the orders of solvers, and a race at equal network calls."""

from .style import DATA, GREEN, MODEL, NOISE, PURPLE, subplots

RUNNERS = {
    "DDIM (Euler)": (DATA, "o-"),
    "Heun": (GREEN, "s--"),
    "DPM-Solver++(2M)": (MODEL, "^-."),
    "ancestral": (PURPLE, "D:"),
}


def orders(counts, errors):
    """Distance from where the flow ends against steps, with lines of slope 1 and 2; errors: name -> [n]."""
    fig, ax = subplots(figsize=(6.8, 3.7))
    for name, values in errors.items():
        colour, style = RUNNERS[name]
        ax.loglog(counts, values, style, color=colour, label=name)
    first, second = (list(errors.values())[k][0] * 1.6 for k in (0, 1))
    for start, order, line in ((first, 1, ":"), (second, 2, "-")):
        falling = [start * (counts[0] / n) ** order for n in counts]
        ax.loglog(counts, falling, line, color=NOISE, linewidth=1, label=f"slope {order}")
    ax.set(title="Distance from the flow's end", xlabel="steps", ylabel="root mean square")
    ax.set_xticks(counts, [str(n) for n in counts])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return fig


def race(panels, calls, floor=None):
    """Measures of samplers against network calls, a panel each: means and the range over seeds.

    panels: title -> {(sampler, calls): [seeds]}; floor: a grey line in the first panel. A panel whose title
    begins with "share" has a linear axis, the others a logarithmic one.
    """
    fig, axes = subplots(1, len(panels), figsize=(5 * len(panels), 4.2), squeeze=False)
    axes = axes[0]
    for ax, (title, values) in zip(axes, panels.items(), strict=True):
        for name, (colour, style) in RUNNERS.items():
            runs = [values[name, n] for n in calls]
            means = [sum(run) / len(run) for run in runs]
            ax.plot(calls, means, style, color=colour, label=name)
            ax.fill_between(
                calls, list(map(min, runs)), list(map(max, runs)), color=colour, alpha=0.2, linewidth=0
            )
        scale = "linear" if title.startswith("share") else "log"
        ax.set(title=title, xlabel="network calls", xscale="log", yscale=scale)
        ax.set_xticks(calls, [str(n) for n in calls])
        ax.minorticks_off()
    if floor is not None:
        axes[0].axhline(floor, color=NOISE, linewidth=1, label="fresh data")
    axes[0].set_ylabel("distance")
    columns = 5 if len(panels) > 1 else 3
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=columns, fontsize=11)
    return fig
