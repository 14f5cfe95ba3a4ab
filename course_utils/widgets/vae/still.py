"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import numpy as np
import torch

from ... import figures
from ..shared.glyphs import mark, scatter_glyphs

MOST_POINTS = 140  # two maps, digits that can be read, and a small PNG
DIGIT = 64  # points squared
N_ELLIPSES = 16


def still(autoencoder, vae, beta, labels, kept, names, z, half):
    """The two maps and the two images of z; autoencoder, vae: Packed; labels: of the images `kept`."""
    fig, axes = figures.subplots(1, 3, figsize=(10.0, 4.4), width_ratios=(2, 2, 0.9))
    titles = ("Autoencoder, + is z", f"VAE, $\\beta$ = {beta:g}")
    for axis, model, title in zip(axes, (autoencoder, vae), titles, strict=False):
        scatter_glyphs(axis, model.mean[kept], labels, names, MOST_POINTS)
        for digits in axis.collections:
            digits.set_sizes([DIGIT])
        for radius in (1, 2):
            _ellipse(axis, (0, 0), (radius, radius), figures.NOISE, "--")
        mark(axis, z)
        axis.set(title=title, xlabel="$z_1$", xlim=(-half, half), ylim=(-half, half), aspect="equal")
    for i, (mean, logvar) in enumerate(zip(vae.mean[kept], vae.logvar[kept], strict=True)):
        if i < N_ELLIPSES:
            _ellipse(axes[1], mean.numpy(), 2 * (0.5 * logvar).exp().numpy(), figures.MODEL, "-")
    axes[0].set(ylabel="$z_2$")
    pair = torch.cat(
        [model.decode(torch.tensor([z])).reshape(model.shape) for model in (autoencoder, vae)], 1
    )
    axes[2].imshow(pair.clamp(0, 1).permute(1, 2, 0).squeeze(-1).numpy(), vmin=0, vmax=1)
    axes[2].set(title="AE, VAE", xticks=[], yticks=[])
    axes[2].axhline(autoencoder.shape[1] - 0.5, color="white", linewidth=5)
    return fig


def _ellipse(axis, centre, radii, colour, style):
    turn = np.linspace(0, 2 * np.pi, 90)
    x, y = centre[0] + radii[0] * np.cos(turn), centre[1] + radii[1] * np.sin(turn)
    axis.plot(x, y, style, color=colour, linewidth=1.2)
