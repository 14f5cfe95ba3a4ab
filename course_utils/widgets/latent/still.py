"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import torch

from ... import figures

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


def scatter_glyphs(axis, codes, labels, names, most):
    """The first `most` codes [N, 2], each as the glyph of its class, in the class's colour."""
    for i, label in enumerate(labels.unique().tolist()):
        members = codes[:most][labels[:most] == label]
        glyph = names[label] if len(names[label]) == 1 and names[label].isalnum() else str(label)
        colour = figures.CLASSES[i % len(figures.CLASSES)]
        axis.scatter(*members.T.numpy(), s=26, marker=f"${glyph}$", color=colour, linewidths=0)


def mark(axis, z):
    """A cross at z, seen on any ground."""
    axis.plot(*z, "+", color="white", markersize=20, markeredgewidth=6)
    axis.plot(*z, "+", color="black", markersize=18, markeredgewidth=2.5)
