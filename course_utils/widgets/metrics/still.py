"""The widget's first frame as a figure."""

import math

from ... import figures
from .clouds import HALF

LABELS = {
    "frechet": "Fréchet distance",
    "kernel": "kernel distance",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "nn_data": "1-NN, data",
    "nn_samples": "1-NN, samples",
    "inception": "Inception score",
}


def still(data, samples, numbers, chance, modes):
    """Both clouds [N, 2], and a bar for each of the numbers beside its two ends in chance (a dict)."""
    fig, (plane, bars) = figures.subplots(1, 2, figsize=(9.2, 4.4))
    plane.scatter(*data.T, s=16, color=figures.DATA, alpha=0.75, linewidths=0, label="data")
    plane.scatter(*samples.T, s=16, marker="^", color=figures.MODEL, linewidths=0, label="samples")
    plane.set(xlim=(-HALF, HALF), ylim=(-HALF, HALF), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    plane.set_title("A still: drag in the page")
    plane.legend(loc="upper left", ncols=2)
    for y, (name, value) in enumerate(numbers._asdict().items()):
        low, high = (on_bar(name, end, chance[name], modes) for end in chance[name])
        options = {"color": figures.DATA, "alpha": 0.3, "hatch": "////"}
        bars.barh(y, max(high - low, 0.01), left=low, height=0.7, **options)
        share = on_bar(name, value, chance[name], modes)
        bars.barh(y, share, height=0.25, color=figures.MODEL)
        bars.plot(share, y, "o", color=figures.MODEL, markeredgecolor="white")
        bars.text(1.04, y, f"{value:.2f}", va="center", fontsize=13)
    bars.set(xlim=(-0.25, 1), xticks=[], yticks=range(len(LABELS)), yticklabels=LABELS.values())
    bars.invert_yaxis()
    bars.set_title("Hatched: data against other data")
    return fig


def on_bar(name, value, ends, modes):
    """Where a value lies on its bar, as state.js has it: 0 and 1 are the ends."""
    if name in ("frechet", "kernel"):
        unit = 5 * ends[1] if name == "frechet" else 20 * abs(ends[0])
        share = math.copysign(math.sqrt(abs(value) / (abs(value) + unit)), value)
    elif name == "density":
        share = value / (value + 1)
    elif name == "inception":
        share = (value - 1) / (modes - 1)
    else:
        share = value
    return min(1.0, max(-0.25, share))
