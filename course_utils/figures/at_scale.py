"""What lesson 19 draws: where time and memory go, how time grows with size, and what the big systems cost."""

from .style import DATA, GREEN, MODEL, NOISE, PURPLE, SKY, few_ticks, subplots

HATCHES = ("", "//", "..", "xx", "\\\\", "")


def shares(found, title, xlabel):
    """Bars side by side for each kind; found: {series: {kind: share in [0, 1]}}, drawn with its number.

    A kind that a series lacks was not counted there, which is said in its place.
    """
    kinds = list(max(found.values(), key=len))
    fig, ax = subplots(figsize=(8.4, 0.75 * len(kinds) + 1.5))
    height = 0.8 / len(found)
    for k, (name, values) in enumerate(found.items()):
        places = [place + (k - (len(found) - 1) / 2) * height for place in range(len(kinds))]
        widths = [values.get(kind, 0.0) for kind in kinds]
        ax.barh(places, widths, 0.9 * height, color=(DATA, MODEL)[k], hatch=HATCHES[k], label=name,
                edgecolor="white")  # fmt: skip
        for place, width in zip(places, widths, strict=True):
            said = f"{width:.0%}" if kinds[round(place)] in values else "not counted"
            ax.text(width + 0.01, place, said, va="center", fontsize=12)
    ax.set_yticks(range(len(kinds)), kinds)
    ax.set(title=title, xlabel=xlabel, xlim=(0, 1.1))
    ax.invert_yaxis()
    if len(found) > 1:
        ax.legend(loc="lower right")
    return fig


def memory(found, title):
    """Stacked bars of megabytes; found: {what is trained: {part: megabytes}}."""
    fig, ax = subplots(figsize=(8.6, 0.8 * len(found) + 2.1))
    colours = (DATA, SKY, GREEN, PURPLE, MODEL)
    left = [0.0] * len(found)
    for k, part in enumerate(next(iter(found.values()))):
        widths = [parts[part] for parts in found.values()]
        look = {"color": colours[k], "hatch": HATCHES[k], "edgecolor": "white", "label": part}
        ax.barh(range(len(found)), widths, 0.6, left=left, **look)
        left = [a + b for a, b in zip(left, widths, strict=True)]
    ax.set_yticks(range(len(found)), list(found))
    ax.set(title=title, xlabel="megabytes")
    ax.invert_yaxis()
    fig.legend(loc="outside lower center", ncols=3)
    return fig


def growth(sizes, measured, fits, title):
    """Relative cost against size on logarithmic axes; measured: {name: [N]}, fits: {name: Growth}.

    Both are divided by the first measurement, so that seconds and FLOPs share the axis.
    """
    fig, ax = subplots(figsize=(7, 4))
    for (name, values), colour, marker in zip(measured.items(), (DATA, MODEL), "os", strict=False):
        ax.plot(sizes, [v / values[0] for v in values], marker, color=colour, markersize=9)
        fit = fits[name]
        label = f"{name}: power {fit.p:.2f} ({fit.low:.2f} to {fit.high:.2f})"
        line = "-" if marker == "o" else "--"
        ax.plot(sizes, [fit(size) / values[0] for size in sizes], line, color=colour, label=label)
    ax.set(title=title, xlabel="side of the image in pixels", ylabel="over that of the smallest")
    ax.set(xscale="log", yscale="log")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.xaxis.minorticks_off()
    few_ticks(ax.yaxis)
    ax.legend()
    return fig


def chip_days(found):
    """Days of one chip, by arithmetic at a share of its peak and as paid for; found: {system: (a, b)}."""
    fig, ax = subplots(figsize=(8.6, 0.9 * len(found) + 1.6))
    for place, (needed, paid) in enumerate(found.values()):
        ax.plot([needed, paid], [place, place], color=NOISE, linewidth=2)
        first = place == 0
        ax.plot(needed, place, "o", color=DATA, markersize=11, label="arithmetic at 40 %" if first else None)
        ax.plot(paid, place, "s", color=MODEL, markersize=11, label="published" if first else None)
    ax.set_yticks(range(len(found)), list(found))
    ax.set(title="Days of one chip of its kind", xlabel="days", xscale="log", ylim=(len(found) - 0.5, -0.5))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return fig
