"""The widget's first frame as a figure."""

import torch

from ... import figures

LINES, FINE = 17, 81
MARKS = ("o", "^", "s", "D")
COLOURS = (figures.DATA, figures.ORANGE, figures.GREEN, figures.PURPLE)  # of the quarters, as in ground.js


def still(steps, read, points, way):
    """Data, the middle and noise: the data's grid lines and points there, and the Way of one point."""
    carried = steps.forward(points).stages
    count = len(steps.names)
    lines = _lines(steps, read["forward"][0])
    kinds = sectors(points)
    fig, axes = figures.subplots(1, 3, figsize=(9.6, 3.5))
    for axis, stage in zip(axes, (0, count // 2, count), strict=True):
        axis.plot(*lines[stage].unbind(-1), color="0.8", linewidth=0.7)
        for kind, (colour, mark) in enumerate(zip(COLOURS, MARKS, strict=True)):
            axis.scatter(*carried[stage][kinds == kind].T, s=9, color=colour, marker=mark, linewidths=0)
        axis.plot(*way.stages[: stage + 1, 0].T, ".-", color="black", linewidth=1.4)
        axis.plot(*way.stages[stage, 0], "o", color="black", markeredgecolor="white", markersize=9)
        half = read["half"][stage]
        axis.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
        axis.set_title(f"After {stage} of {count} steps")
    axes[0].set_title("Data x")
    axes[-1].set_title("Noise z")
    return fig


def _lines(steps, table):
    """Points of the grid's lines at every stage, [K + 1, FINE, 2 * LINES, 2]: a line a column."""
    along, across = torch.linspace(-1, 1, FINE), torch.linspace(-1, 1, LINES)
    first, second = torch.meshgrid(along, across, indexing="ij")
    both = torch.cat([torch.stack([first, second], -1), torch.stack([second, first], -1)], 1)
    center, half = (torch.tensor(table[name]) for name in ("center", "half"))
    stages = steps.forward((center + half * both).reshape(-1, 2)).stages
    return stages.reshape(len(stages), FINE, 2 * LINES, 2)


def sectors(points):
    """0 to 3 for points [N, 2]: which quarter around their mean each lies in, as in state.js."""
    right, up = (points > points.mean(0)).T
    return torch.where(up, torch.where(right, 0, 1), torch.where(right, 3, 2))
