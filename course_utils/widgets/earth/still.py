"""The widget's first frame as a figure."""

import torch

from ... import figures
from ...divergences import js_density, wasserstein1_density
from ...exact import GaussianMixture
from ...transport import line_potential
from .exact import density

FAR, POINTS = 20.0, 4001
SHOWN = (-10, 10)
PLACES = torch.linspace(-8, 8, 41, dtype=torch.float64)


def draw_still(p, q, q_mean, now):
    """Densities, CDFs, the best potential, W1 and JS against q's mean; p, q: mixtures, now: their Numbers."""
    x = torch.linspace(-FAR, FAR, POINTS, dtype=torch.float64)
    dx = float(x[1] - x[0])
    dp, dq = density(p, x), density(q, x)
    fig, axes = figures.subplots(2, 2, figsize=(9.2, 5.2))
    hills, cdfs, potential, against = axes.flat
    cdf_p, cdf_q = dp.cumsum(0) * dx, dq.cumsum(0) * dx
    for ax, pair in ((hills, (dp, dq)), (cdfs, (cdf_p, cdf_q))):
        ax.plot(x, pair[0], color=figures.DATA, label="p")
        ax.plot(x, pair[1], "--", color=figures.MODEL, label="q")
        ax.legend(loc="upper left")
    cdfs.fill_between(x, cdf_p, cdf_q, color=figures.PURPLE, alpha=0.25, hatch="\\\\\\")
    hills.set(title="A still: live, p and q are dragged", xlabel="x", ylabel="density", ylim=0)
    cdfs.set(title=f"Between the CDFs: W1 = {now.w1:.2f}", xlabel="x", ylabel="CDF")
    potential.plot(x, line_potential(dp, dq, dx), color="black")
    potential.set(title="The best f: slope at most 1", xlabel="x", ylabel="f(x)")
    for ax in (hills, cdfs, potential):
        ax.set_xlim(*SHOWN)
    _draw_against(against, p, q, q_mean, now)
    return fig


def _draw_against(ax, p, q, q_mean, now):
    """W1 and ten times JS as q is moved along the line, with where it stands now."""
    x = torch.linspace(-FAR, FAR, POINTS, dtype=torch.float64)
    dx = float(x[1] - x[0])
    moved = torch.stack([density(GaussianMixture(m.view(1, 1), q.stds), x) for m in PLACES])
    dp = density(p, x).expand_as(moved)
    w1, js = wasserstein1_density(dp, moved, dx), js_density(dp, moved, dx)
    ax.plot(PLACES, w1, color=figures.PURPLE, label="W1, units of x")
    ax.plot(PLACES, 10 * js, "--", color=figures.GREEN, label="JS times 10, nats")
    ax.plot([q_mean, q_mean], [now.w1, 10 * now.js], "o", color="black")
    ax.set(title="W1 and JS as q is moved", xlabel="mean of q", ylabel="distance")
    ax.set_ylim(0, 1.4 * float(w1.max()))  # room for the legend above the curves
    ax.legend()
