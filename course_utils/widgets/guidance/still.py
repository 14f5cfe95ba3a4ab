"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import base64

import numpy as np
import torch

from ... import figures
from ...diffusion import NoiseSchedule, exact_model, samplers
from ...diffusion.guidance import mixed

SCALES = (0.0, 1.0, 4.0)
NAMES = {0.0: "s = 0: unconditional", 1.0: "s = 1: conditional"}
POINTS, STEPS, FINE, NOISES = 300, 40, 120, 2
LEVELS = (0.1, 0.5, 0.85)  # of a peak, as in plane.js


def still_exact(labelled, label, seed):
    """Samples (probability-flow ODE) over p(x | y) and the tilted density, at three scales."""
    fig, axes = figures.subplots(1, len(SCALES), figsize=(9.0, 3.4), sharex=True, sharey=True)
    mixture = labelled.mixture
    half = float((mixture.means.abs().amax(1) + 4.2 * mixture.stds).max())
    points, _ = figures.grid(-half, half, FINE)
    ticks = torch.linspace(-half, half, FINE).numpy()
    conditional = labelled.given(label)
    true = conditional.log_prob(points).exp()
    for axis, scale in zip(axes, SCALES, strict=True):
        tilted = labelled.tilted_log_prob(points, label, scale)
        shares = (tilted - tilted.max()).exp().reshape(FINE, FINE)
        axis.contourf(
            ticks, ticks, shares.numpy(), np.linspace(0.05, 1, 9), cmap=figures.MAGNITUDE, alpha=0.35
        )
        levels = [level * float(true.max()) for level in LEVELS]
        axis.contour(
            ticks, ticks, true.reshape(FINE, FINE).numpy(), levels, colors=figures.DATA, linewidths=1
        )
        samples = _samples(labelled, label, scale, seed)
        axis.scatter(*samples.T, s=8, marker="^", color=figures.MODEL, linewidth=0, zorder=3)
        axis.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
        axis.set_title(NAMES.get(scale, f"s = {scale:g} (w = {scale - 1:g})"))
    axes[0].set_ylabel(f"\u25b2 samples, \u2014 p(x | y = {label})")
    return fig


def _samples(labelled, label, scale, seed):
    schedule = NoiseSchedule.linear()
    both = (exact_model(mixture, schedule) for mixture in (labelled.mixture, labelled.given(label)))
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(POINTS, 2, generator=generator, dtype=torch.float64)
    model = mixed(*both, scale)
    return samplers.heun(model, schedule, start.shape, x_T=start, num_inference_steps=STEPS)


def still_digits(grids):
    """The lowest, the middle and the highest of the packed grids, of each the first two noises."""
    pixels = np.frombuffer(base64.b64decode(grids["data"]), dtype=np.uint8)
    rows, height, width = (grids[name] for name in ("rows", "height", "width"))
    sheets = pixels.reshape(len(grids["scales"]), rows, -1, height, width)[:, :NOISES]
    chosen = sorted({0, len(sheets) // 2, len(sheets) - 1})
    shown, columns = sheets.shape[1:3]
    fig, axes = figures.subplots(
        len(chosen), 1, figsize=(9.2, 0.5 + 0.85 * shown * len(chosen)), squeeze=False
    )
    for axis, k in zip(axes[:, 0], chosen, strict=True):
        tiles = np.pad(sheets[k], ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=255)
        sheet = tiles.transpose(0, 2, 1, 3).reshape(shown * (height + 2), -1)
        axis.imshow(sheet, cmap="gray", vmin=0, vmax=255)
        axis.set(xticks=[(width + 2) * (i + 0.5) for i in range(columns)], yticks=[])
        axis.set_xticklabels(range(columns) if axis is axes[0, 0] else [])
        axis.set_ylabel(f"s = {grids['scales'][k]:g}", rotation=0, va="center", labelpad=30)
        axis.tick_params(length=0, labeltop=True, labelbottom=False)
        axis.spines[:].set_visible(False)
    return fig
