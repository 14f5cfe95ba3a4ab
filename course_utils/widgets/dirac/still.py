"""The portrait with its path as a matplotlib figure, for where no script runs."""

import torch

from ... import figures
from ...gan import dirac

ARROWS, SHOWN = 13, 300


def still(setup, path, verdict, half):
    """The field of setup (game, penalty, strength) with the first steps of path [S + 1, 2]; theta alone."""
    fig, (plane, curve) = figures.subplots(1, 2, figsize=(8.4, 4.2))
    ticks = torch.linspace(-half, half, 2 * ARROWS + 1, dtype=torch.float64)[1::2]
    theta, psi = torch.meshgrid(ticks, ticks, indexing="xy")
    d_theta, d_psi = dirac.field(setup["game"], theta, psi, setup["penalty"], setup["strength"])
    size = torch.hypot(d_theta, d_psi).clamp(min=1e-12)
    scale = (size / size.max()).sqrt() / size * float(ticks[1] - ticks[0])
    arrows = {"angles": "xy", "scale_units": "xy", "scale": 1, "pivot": "mid", "color": figures.NOISE}
    plane.quiver(theta, psi, d_theta * scale, d_psi * scale, width=0.004, **arrows)
    shown = path[: SHOWN + 1].clamp(-100, 100)
    plane.plot(*shown.T, color=figures.MODEL, linewidth=1.6)
    plane.plot(*path[0], "o", color=figures.MODEL, markerfacecolor="white", markersize=8, markeredgewidth=2)
    plane.plot(0, 0, "k+", markersize=11, markeredgewidth=2)
    plane.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    plane.set(xlabel="$\\theta$, the generator's point", ylabel="$\\psi$, slope of D")
    plane.set_title(f"The path {verdict}")
    curve.axhline(0, color=figures.DATA, linestyle="--", label="data")
    curve.plot(shown[:, 0], color=figures.MODEL, label="generator")
    curve.set(xlabel="step", ylabel="$\\theta$", title="$\\theta$ against the step", ylim=(-half, half))
    curve.legend(loc="upper right", frameon=True, framealpha=0.9)
    return fig
