"""The explorer's first frame as a matplotlib figure, for where no script runs."""

import torch

from ... import figures
from ...flow_matching import exact_velocity, sample
from .mixtures import half_of

LINES, STEPS = 40, 100


def still(mixture, seed):
    """Lines from noise to data, and from the same noise the exact flow of their average velocity."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(LINES, mixture.dim, generator=generator)
    data = mixture.sample(LINES, generator=generator).to(noise)
    flow = []
    velocity, watch = exact_velocity(mixture), lambda t, x: flow.append(x)
    sample(velocity, noise.shape, steps=STEPS, x=noise, watch=watch)
    fig, (left, right) = figures.subplots(1, 2, figsize=(8.4, 3.9), sharex=True, sharey=True)
    _draw(left, torch.stack([noise, data]), figures.DATA, "s")
    _draw(right, torch.stack(flow), figures.MODEL, "^")
    left.set_title("Lines: noise to data")
    right.set_title("Their flow: the average velocity")
    half = max(half_of(mixture), 1.05 * float(noise.abs().max()))
    left.set(ylim=(-half, half))
    if mixture.dim == 1:
        for axis in (left, right):
            axis.set_xlabel("time t (0 noise, 1 data)")
        left.set_ylabel("x")
    else:
        left.set(xlim=(-half, half), aspect="equal")
        right.set(aspect="equal")
    return fig


def _draw(axis, places, colour, marker):
    """Paths [S + 1, N, D] with their noise as circles and their ends as marks."""
    times = torch.linspace(0, 1, len(places))
    for path in places.unbind(1):
        x, y = (times, path[:, 0]) if path.shape[1] == 1 else path.T
        axis.plot(x, y, color=colour, linewidth=1, alpha=0.8)
    circle = {"marker": "o", "facecolor": "white", "edgecolor": figures.NOISE, "zorder": 3}
    for time, ends, look in (
        (0.0, places[0], circle),
        (1.0, places[-1], {"marker": marker, "color": colour}),
    ):
        x, y = (torch.full((len(ends),), time), ends[:, 0]) if ends.shape[1] == 1 else ends.T
        axis.scatter(x, y, s=16, **look)
