"""The networks inside couplings; their last layer starts at 0, so that a flow starts as the identity."""

import itertools

from torch import nn

from .._validate import check_has, check_int, check_sizes


def dense(n_in, n_out, hidden=(64, 64)):
    """x [B, n_in] -> [B, n_out], with SiLU between dense layers: smooth, so that densities are."""
    check_sizes("hidden", hidden, minimum=0)
    widths = [check_int("n_in", n_in), *hidden, check_int("n_out", n_out)]
    layers = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), nn.SiLU()]
    return nn.Sequential(*layers[:-2], start_at_zero(layers[-2]))


def convolutional(c_in, c_out, width=64):
    """x [B, c_in, H, W] -> [B, c_out, H, W]: 3x3, 1x1, 3x3 (Kingma & Dhariwal 2018)."""
    width = check_int("width", width)
    last = nn.Conv2d(width, check_int("c_out", c_out), 3, padding=1)
    return nn.Sequential(
        nn.Conv2d(check_int("c_in", c_in), width, 3, padding=1), nn.SiLU(),
        nn.Conv2d(width, width, 1), nn.SiLU(), start_at_zero(last),
    )  # fmt: skip


def start_at_zero(layer):
    """The layer with weight and bias set to 0."""
    check_has("layer", layer, "a layer with weight and bias", "weight", "bias")
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
