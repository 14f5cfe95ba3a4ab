"""Estimates of one number, repeated: how far each lies from the truth."""

import torch


def dots(ax, errors, shift, colour, marker, label):
    """Draw on ax one dot for each entry of errors' tensors, beside its number of latents.

    errors: {number of latents: tensor of any shape}; shift: how far to the right, so that two sets fit side
    by side.
    """
    for place, values in enumerate(errors.values()):
        spread = torch.linspace(-0.1, 0.1, values.numel())
        style = {"color": colour, "markersize": 4, "alpha": 0.7, "label": label if place == 0 else None}
        ax.plot(place + shift + spread, values.flatten(), marker, **style)
    ax.set_xticks(range(len(errors)), list(errors))
    ax.set_xlabel("number of latents k")
