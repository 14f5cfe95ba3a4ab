"""The mixer's first frame as a matplotlib figure, for where no script runs."""

import torch

from ... import figures
from ...gan.style import mix, truncate


@torch.no_grad()
def still(generator, w, centre, noise, first, second, start, psi, noisy):
    """A, the mix and B in a row, and below them the mixes for every layer from which B's style may start."""
    layers = len(generator.layers)
    pair = truncate(w[[first, second]], centre, psi)
    styles = torch.cat([mix(pair[:1], pair[1:], k, layers) for k in range(layers, -1, -1)])
    given = [part.expand(len(styles), -1, -1, -1) for part in noise] if noisy else None
    images = generator.synthesise(styles, given).permute(0, 2, 3, 1).numpy()
    fig, _ = figures.subplots(figsize=(9.0, 5.6))
    fig.clear()
    upper, lower = fig.subfigures(2, 1, height_ratios=(2.2, 1))
    tops = [(images[0], "A"), (images[layers - start], f"B from layer {start + 1} on"), (images[-1], "B")]
    if start == layers:
        tops[1] = (images[0], "all of A")
    for axis, (image, title) in zip(upper.subplots(1, 3), tops, strict=True):
        axis.imshow(image)
        axis.set(title=title, xticks=[], yticks=[])
    for k, axis in enumerate(lower.subplots(1, layers + 1)):
        axis.imshow(images[k])
        axis.set(title=f"{layers - k} of A", xticks=[], yticks=[])
        if layers - k == start:
            for spine in axis.spines.values():
                spine.set(color=figures.MODEL, linewidth=4)
    return fig
