"""A mixture on its way to noise as a matplotlib figure, for where no script runs."""

import torch

from ... import figures
from ...diffusion import exact_model
from ..shared.decoding import evaluating

SHARES = (0.05, 0.3, 1.0)  # of T
FINE, ARROWS, LEVELS = 60, 12, 10
HALF = 3.2
MOST = 1.0  # |learned - exact| at the bright end, as in fields.js


def still(mixture, schedule, model):
    """Density and score at three times; with a network its error below."""
    rows = 1 if model is None else 2
    fig, axes = figures.subplots(rows, 3, figsize=(8.6, 3.3 * rows), sharex=True, sharey=True, squeeze=False)
    reach = (mixture.means.abs() + 3 * mixture.stds[:, None]).max()
    half = max(HALF, float(reach))
    exact = exact_model(mixture, schedule)
    for share, column in zip(SHARES, axes.T, strict=True):
        t = max(1, round(share * len(schedule)))
        noisy = mixture.diffuse(schedule.alphas_cumprod[t - 1])
        _draw_density(column[0], noisy, exact, t, half)
        if model is not None:
            shown = _draw_error(column[1], exact, model, t, half)
    for axis in axes.flat:
        axis.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    axes[0, 0].set_ylabel("exact p, $\\sigma \\times$ score")
    if model is not None:
        axes[1, 0].set_ylabel("error of learned $\\epsilon$")
        fig.colorbar(shown, ax=axes[1, :], ticks=[0, 0.5, 1], format=lambda share, _: f"{MOST * share:g}")
    return fig


def _draw_density(axis, noisy, exact, t, half):
    points, _ = figures.grid(-half, half, FINE)
    density = noisy.log_prob(points).exp().float()
    _picture(axis, (density / density.max()).sqrt(), half)
    points, _ = figures.grid(-half * 0.93, half * 0.93, ARROWS)
    arrows = -exact(points, torch.full((len(points),), t - 1))
    axis.quiver(*points.T, *arrows.T, color="white", edgecolor="black", linewidth=0.4, scale=45, width=0.009)
    axis.set_title(f"t = {t}")


def _draw_error(axis, exact, model, t, half):
    points, _ = figures.grid(-half, half, FINE)
    steps = torch.full((len(points),), t - 1)
    with evaluating(model) as place:
        learned = model(place(points), steps.to(place(points).device)).float().cpu()
    error = (learned - exact(points, steps)).norm(dim=1)
    return _picture(axis, error.clamp(max=MOST) / MOST, half)


def _picture(axis, shares, half):
    ticks = torch.linspace(-half, half, FINE).numpy()
    levels = torch.linspace(0, 1, LEVELS + 1).tolist()  # bands, since a smooth picture is a large file
    return axis.contourf(ticks, ticks, shares.reshape(FINE, FINE).numpy(), levels, cmap=figures.MAGNITUDE)
