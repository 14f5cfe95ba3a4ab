"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import torch

from ... import figures
from ..shared.glyphs import mark, scatter_glyphs

MOST_POINTS = 500  # enough to see the clouds, and a small PNG


def still(decode, codes, labels, names, z, image_shape, center, half):
    """The map of codes [N, 2] with z marked, beside the decoded image of z."""
    fig, (plane, picture) = figures.subplots(1, 2, figsize=(6.8, 3.6), width_ratios=(1.35, 1))
    scatter_glyphs(plane, codes, labels, names, MOST_POINTS)
    mark(plane, z)
    plane.set(title="The latent map, z marked +", xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    plane.set(
        xlim=(center[0] - half, center[0] + half),
        ylim=(center[1] - half, center[1] + half),
    )
    image = decode(torch.tensor([z])).reshape(image_shape).clamp(0, 1)
    picture.imshow(image.permute(1, 2, 0).squeeze(-1).numpy(), vmin=0, vmax=1)
    picture.set(title="Decoded g(z)", xticks=[], yticks=[])
    return fig
