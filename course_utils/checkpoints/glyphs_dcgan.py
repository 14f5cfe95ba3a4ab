"""The averaged generator of a DCGAN of 28x28 glyphs, for samples, arithmetic and truncation in lesson 05."""

import functools

import torch
from torch import nn
from torch.nn import functional as F

from .. import gan, metrics, training
from .recipe import Recipe, budget

N_TRAIN, N_TEST = 20_000, 4_000
N_MAPS = 10_000  # images that a generator's running statistics are the mean of
TEST_SEED = 1  # the settings below were chosen by looking at the samples of short trials
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "latent_dim": 32,
    "width": 32,
    "steps": 5_000,
    "batch_size": 64,
    "lr": 5e-4,
    "beta1": 0.5,
    "losses": "non_saturating",
    "ema_decay": 0.99,
    "norm": "batch",
}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST grey glyphs."""
    from .. import data

    n, seed = (N_TRAIN, 0) if split == "train" else (N_TEST, TEST_SEED)
    return data.load("glyphs", split=split, n=n, seed=seed)


def build():
    """The generator: z [B, 32] -> glyphs [B, 1, 28, 28]."""
    return gan.initialise(gan.ImageGenerator(SETTINGS["latent_dim"], size=28, width=SETTINGS["width"]))


def train(settings, model, data, seconds=None, progress=True, look=None):
    """Play the game against a discriminator of the same width; keep the average of the generator's weights.

    look(step, average): called after each step, for whoever watches.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        D = gan.initialise(gan.ImageDiscriminator(
            settings.get("size", 28), settings.get("channels", 1), settings["width"], settings["norm"]
        ))  # fmt: skip
    betas = (settings["beta1"], 0.999)
    optimizers = [torch.optim.Adam(player.parameters(), settings["lr"], betas) for player in (model, D)]
    round_ = gan.game_round(model, D, gan.losses[settings["losses"]], *optimizers, settings["latent_dim"])
    average, history = training.WeightAverage(model, settings["ema_decay"]), training.History()

    def update(x):
        scalars = round_(x)
        average.update()
        return scalars

    for step in training.steps(
        update, data.images, **budget(settings, seconds), batch_size=settings["batch_size"],
        seed=settings["seed"], device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        if look is not None:
            look(step, average)
    return recalibrated(average.model, settings), history


@torch.no_grad()
def recalibrated(G, settings):
    """G with running statistics of its own maps: those it holds belong to the weights of the last step."""
    for module in G.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the plain mean of all batches
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        G.train()
        for first in range(0, N_MAPS, 200):
            G(torch.randn(min(200, N_MAPS - first), settings["latent_dim"]))
    return G.eval()


@torch.no_grad()
def evaluate(model):
    """Of 4,000 samples: Frechet distance to held-out glyphs, both shrunk to 7 x 7 pixels, beside that of
    training glyphs; the classes that the nearest training glyph finds in them, and the rarest one's share."""
    generator = torch.Generator().manual_seed(SETTINGS["seed"])
    x = model(torch.randn(N_TEST, SETTINGS["latent_dim"], generator=generator))
    train, test = glyphs(), glyphs("test")
    small, small_train = _shrunk(x), _shrunk(train.images)
    nearest = torch.cat([torch.cdist(part, small_train).argmin(1) for part in small.split(500)])
    shares = train.labels[nearest].bincount(minlength=10).double() / N_TEST
    return {
        "distance_7x7": metrics.frechet_distance(small, _shrunk(test.images)),
        "distance_7x7_train_glyphs": metrics.frechet_distance(small_train[:N_TEST], _shrunk(test.images)),
        "classes": metrics.bins_covered(shares, torch.full((10,), 0.1, dtype=torch.float64)),
        "rarest_class": shares.min(),
    }


def _shrunk(x):
    return F.avg_pool2d(x, 4).flatten(1)


RECIPES = [
    Recipe(
        name="glyphs_dcgan",
        summary="Generator of a DCGAN of 28x28 glyphs with 32 latents, averaged weights",
        lessons=("05",),
        build=build,
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
