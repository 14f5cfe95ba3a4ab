"""The playground before the first step as a matplotlib figure, for where no script runs."""

import math

import torch

from ... import data, figures, gan

HALF = 3.0  # as in measures.js
SHOWN = 256


@torch.no_grad()
def still(settings):
    """Data and what an untrained generator of the same size makes; its weights are torch's own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        made = gan.Generator(2, hidden=(32, 32))(torch.randn(SHOWN, 2))
    real = _sample(settings["data"], settings["seed"])
    fig, axis = figures.subplots(figsize=(4.6, 4.6))
    axis.scatter(*real.T, s=10, color=figures.DATA, label="data")
    axis.scatter(*made.T, s=16, color=figures.MODEL, marker="^", label="generated")
    axis.set(title="Before the first step: a still", xlabel="first coordinate", ylabel="second coordinate")
    axis.set(xlim=(-HALF, HALF), ylim=(-HALF, HALF), aspect="equal")
    axis.legend(loc="upper right")
    return fig


def _sample(name, seed):
    """Data as in data.js, [SHOWN, 2]; a ring is eight Gaussians with the gaps filled."""
    if name != "ring":
        return data.toy(name, SHOWN, seed)
    generator = torch.Generator().manual_seed(seed)
    angle = 2 * math.pi * torch.rand(SHOWN, generator=generator)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    return 2 * circle + 0.15 * torch.randn(SHOWN, 2, generator=generator)
