"""A DCGAN with the tricks that lesson 05 kept: spectral norm, two learning rates, averaged weights."""

import torch
from torch import nn

from ... import gan, training
from ..glyphs_dcgan import recalibrated
from ..recipe import budget
from .family import Family, mid_level


def players(how, shape, spectral):
    """G and D in one module; the caller seeds."""
    size, width = shape[-1], how["width"]
    return nn.ModuleDict({
        "G": gan.initialise(gan.ImageGenerator(how["latent_dim"], size, width=width)),
        "D": gan.initialise(gan.ImageDiscriminator(size, width=width, spectral=spectral)),
    })  # fmt: skip


def build(how, shape):
    return players(how, shape, spectral=True)


def play(how, model, images, seed, round_, seconds=None):
    """Rounds of the game on batches of images; what is kept has the average of G's weights."""
    average, history = training.WeightAverage(model["G"], how["ema_decay"]), training.History()

    def update(x):
        scalars = round_(x)
        average.update()
        return scalars

    for _ in training.steps(
        update, images, **budget(how, seconds), batch_size=how["batch_size"], seed=seed, device="cpu",
        history=history, progress=False,
    ):  # fmt: skip
        pass
    kept = recalibrated(average.model, {"seed": seed, "latent_dim": how["latent_dim"]})
    return nn.ModuleDict({"G": kept, "D": model["D"]}).eval(), history


def train(how, model, images, levels, seed, seconds=None):
    G, D = model["G"].train(), model["D"].train()
    betas = (how["beta1"], 0.999)
    optimisers = (
        torch.optim.Adam(G.parameters(), how["g_lr"], betas),
        torch.optim.Adam(D.parameters(), how["d_lr"], betas),
    )
    round_ = gan.game_round(G, D, gan.losses["non_saturating"], *optimisers, how["latent_dim"])
    return play(how, model, images, seed, round_, seconds)


@torch.no_grad()
def sample(how, model, n, levels, generator):
    return mid_level(model["G"](torch.randn(n, how["latent_dim"], generator=generator)), levels)


FAMILY = Family(build, train, sample, None, "none")
