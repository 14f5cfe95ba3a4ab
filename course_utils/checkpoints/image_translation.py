"""What the recipes of image translation share: their players, how they are trained, and two measures."""

import torch
from torch import nn
from torch.nn import functional as F

from .. import training
from ..gan.translation import PatchDiscriminator
from .recipe import budget

PATCH, N_PATCHES = 5, 20_000  # pixels each way; patches of a set of images that are measured


def alike(nets):
    """A ModuleDict of these nets (name -> net of one architecture), all with the weights of the first."""
    first = next(iter(nets.values())).state_dict()
    for net in nets.values():
        net.load_state_dict(first)
    return nn.ModuleDict(nets)


def discriminator(settings, channels, seed=1):
    """An untrained PatchDiscriminator of images of so many channels, from a seed of its own."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return PatchDiscriminator(channels, settings["d_width"], norm=settings["d_norm"])


def adam(settings, *players, rate="lr"):
    """Adam over the weights of the players, with the rate of that name in the settings."""
    weights = [weight for player in players for weight in player.parameters()]
    return torch.optim.Adam(weights, settings[rate], (settings["beta1"], 0.999), fused=True)


def play(settings, G, update, images, seconds=None, progress=True):
    """Call update on batches of images until the budget is used: the average of G's weights, and the History.

    G: a net, or a ModuleDict of the nets that are to be kept.
    """
    average, history = training.WeightAverage(G, settings["ema_decay"]), training.History()
    for _ in training.steps(
        update, images, **budget(settings, seconds), batch_size=settings["batch_size"],
        seed=settings["seed"], device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        average.update()
    return average.model.eval(), history


def steepness(images):
    """The mean absolute difference of neighbouring pixels, a scalar: how sharp images [B, C, H, W] are."""
    return (images.diff(dim=2).abs().mean() + images.diff(dim=3).abs().mean()) / 2


def patches(images, seed=0):
    """At most N_PATCHES patches of 5 x 5 pixels with ink in them, at random: [B, 1, H, W] -> float64 [N, 25].

    Their Frechet distance to those of true images says how real strokes look, whatever they spell.
    """
    rows = F.unfold(images, PATCH).transpose(1, 2).reshape(-1, PATCH**2)
    rows = rows[rows.amax(1) > 0.1].double()
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed))
    return rows[order[:N_PATCHES]]
