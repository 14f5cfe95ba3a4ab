"""Small players for points in the plane."""

import itertools

from torch import nn

from .._validate import check_int, check_sizes


def Generator(latent_dim, data_dim=2, hidden=(64, 64)):
    """z [B, latent_dim] -> points [B, data_dim], with ReLU between dense layers."""
    hidden = check_sizes("hidden", hidden, minimum=0)
    widths = (check_int("latent_dim", latent_dim), *hidden, check_int("data_dim", data_dim))
    return _dense(widths, nn.ReLU)


def Discriminator(data_dim=2, hidden=(64, 64)):
    """Points [B, data_dim] -> logits [B, 1], with LeakyReLU(0.2) between dense layers; no sigmoid."""
    hidden = check_sizes("hidden", hidden, minimum=0)
    return _dense((check_int("data_dim", data_dim), *hidden, 1), lambda: nn.LeakyReLU(0.2))


def _dense(widths, activation):
    layers = []
    for n_in, n_out in itertools.pairwise(widths):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])
