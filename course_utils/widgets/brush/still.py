"""The widget's first frame as a matplotlib figure, for where no script runs."""

import math

from ... import figures
from .table import summary

MARKERS = "o^sDv*XhPp"  # beside the colour, one for each family
NONE = -0.16  # below the axes, for a family without a number
APART = 0.035  # of the way from axis to axis, between two families
WORDS = {"lower": "lower", "higher": "higher", "near": "near 1"}


def still(columns, axes, families, left, name):
    """A line a family through its means on every axis, a bar for its seeds; those that are out are broken.

    columns: {measure: the numbers of each family's seeds}; axes: as the face lists them, in order; left: for
    each family whether it is inside all brushes; name: of the data set.
    """
    fig, ax = figures.subplots(figsize=(9.6, 4.9))
    marked = [[] for _ in families]
    for k, axis in enumerate(axes):
        found = [summary(axis, seeds) for seeds in columns[axis["name"]]]
        low, high = _ends(axis, found)
        for family, each in enumerate(found):
            x = k + APART * (family - (len(families) - 1) / 2)
            mean, *ends = [_share(axis, value, low, high) for value in each] if each else [NONE]
            if ends:
                ax.vlines(x, min(ends), max(ends), color=figures.CLASSES[family], linewidth=1.5)
            marked[family].append((x, mean))
        _draw_axis(ax, k, axis, low, high)
    for family, points in enumerate(marked):
        _draw_line(ax, family, points, left[family], families[family]["title"])
    if any(y == NONE for points in marked for _, y in points):
        ax.text(-0.45, NONE, "none", va="center", ha="center", fontsize=12)
    ax.text(-0.45, 1, "better", ha="center", va="center", fontsize=12)
    ax.text(-0.45, 0, "worse", ha="center", va="center", fontsize=12)
    ax.set(xlim=(-0.7, len(axes) - 0.6), ylim=(NONE - 0.1, 1.55))
    ax.set_title(f"{name}: every family, every measure, better is up")
    ax.axis("off")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, -0.17), ncols=min(len(families), 4))
    return fig


def _ends(axis, found):
    """The least and the largest number of an axis; near 1 the least is 1 itself, no way from it."""
    values = [value for each in found if each for value in each] or [1.0]
    low, high = (0.0 if axis["better"] == "near" else min(values)), max(values)
    return (low, high) if low < high else (low, low + (abs(low) or 1.0))


def _share(axis, value, low, high):
    """0 at the worse end, 1 at the better one."""
    if axis["scale"] == "log":
        share = math.log(value / low) / math.log(high / low)
    else:
        share = (value - low) / (high - low)
    return share if axis["better"] == "higher" else 1 - share


def _draw_axis(ax, k, axis, low, high):
    ax.vlines(k, 0, 1, color="0.35", linewidth=1)
    worse, better = (low, high) if axis["better"] == "higher" else (high, low)
    near = axis["better"] == "near"
    texts = (f"1 ± {_text(worse)}", "1") if near else (_text(worse), _text(better))
    texts = (f"{texts[0]} (log)", texts[1]) if axis["scale"] == "log" else texts
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    for y, text, where in ((-0.03, texts[0], "top"), (1.03, texts[1], "bottom")):
        ax.text(k, y, text, ha="center", va=where, fontsize=12, color="0.35", bbox=box)
    label = "\n".join(axis["label"].split())
    ax.text(k, 1.12, f"{label}\n▲ {WORDS[axis['better']]}", ha="center", va="bottom", fontsize=12)


def _text(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _draw_line(ax, family, points, left, title):
    colour = figures.CLASSES[family]
    style = {"linestyle": "-", "linewidth": 2} if left else {"linestyle": (0, (5, 4)), "linewidth": 1}
    label = title if left else f"{title} (out)"
    options = {"color": colour, "marker": MARKERS[family], "markersize": 7, "label": label, **style}
    ax.plot(*zip(*points, strict=True), markerfacecolor=colour if left else "white", **options)
