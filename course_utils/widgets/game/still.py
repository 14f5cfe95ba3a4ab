"""A still of the game: pictures of all kinds side by side, and no word on which is which."""

import torch

from ... import figures

ROWS, COLUMNS = 2, 6


def still(pots):
    """Twelve pictures in a fixed disorder; pots: {name: images [N, C, H, W]}, the real ones under None."""
    dice = torch.Generator().manual_seed(0)
    mixed = _mixed(list(pots.values()))
    order = torch.randperm(len(mixed), generator=dice).tolist()
    fig, axes = figures.subplots(ROWS, COLUMNS, figsize=(9.0, 3.6))
    fig.suptitle("Which of these are real? Live, they come one at a time")
    for axis in axes.flat:
        axis.axis("off")
    for axis, at in zip(axes.flat, order, strict=False):
        image = mixed[at].permute(1, 2, 0)
        axis.imshow(
            image.squeeze(2).numpy() if image.shape[2] == 1 else image.numpy(), vmin=0, vmax=1, cmap="gray"
        )
    return fig


def _mixed(pots):
    """As many real pictures as fakes where there are enough, the models taking turns."""
    half = ROWS * COLUMNS // 2
    real, *models = pots
    longest = max(len(images) for images in models)
    fakes = [images[i] for i in range(longest) for images in models if i < len(images)]
    return [*real[:half], *fakes[:half]]
