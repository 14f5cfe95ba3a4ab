"""Rendered digits made real, for lesson 07: a refiner, judged by what a classifier learns of its digits.

The refiner may change a glyph only as far as a discriminator of small patches asks for, and must keep near it
pixel by pixel. Source: Shrivastava et al. 2017.
"""

import functools

import torch
from torch.nn import functional as F

from .. import gan, metrics, training
from ..gan.translating import translation_round
from ..gan.translation import ImagePool, Translator
from .image_translation import adam, discriminator, patches, play
from .mnist_classifier import digits
from .recipe import Recipe

N_TRAIN, N_TEST = 4_000, 500
SEED_TEST = 9
SEEDS = 3  # of the classifiers that judge
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "width": 12,
    "blocks": 0,
    "d_width": 24,
    "d_norm": "spectral",
    "closeness": 2.0,
    "losses": "hinge",
    "pool": 50,
    "steps": 500,
    "batch_size": 8,
    "lr": 2e-3,
    "d_lr": 2e-3,
    "beta1": 0.5,
    "ema_decay": 0.99,
    "classifier": {"channels": [8, 16], "steps": 200, "batch_size": 32, "lr": 2e-3},
}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST glyphs."""
    from .. import data

    n, seed = (N_TRAIN, 2) if split == "train" else (N_TEST, SEED_TEST)
    return data.load("glyphs", split=split, n=n, seed=seed)


def build(settings):
    """The untrained refiner, which leaves glyphs as they are: [B, 1, 28, 28] -> [B, 1, 28, 28]."""
    return Translator(1, 1, settings["width"], settings["blocks"], residual=True)


def train(settings, refiner, data, seconds=None, progress=True):
    """Play against a discriminator of patches of real digits; keep the average of the weights."""
    D, real = discriminator(settings, 1), digits().images
    n = min(len(real), len(data.images))

    def content(x, fake, y):
        return settings["closeness"] * (fake - x).abs().mean()

    update = translation_round(
        refiner.train(), D, gan.losses[settings["losses"]], adam(settings, refiner),
        adam(settings, D, rate="d_lr"), content, pool=ImagePool(settings["pool"]),
    )  # fmt: skip
    return play(settings, refiner, update, (data.images[:n], real[:n]), seconds, progress)


def classifier(settings, images, labels, seed):
    """A small classifier of 28x28 digits trained on images [N, 1, 28, 28] and labels [N], seeded."""
    chosen = settings["classifier"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = metrics.DigitClassifier(tuple(chosen["channels"]), size=28)
    training.fit(
        model, lambda net, x, y: F.cross_entropy(net(x), y), (images, labels), steps=chosen["steps"],
        batch_size=chosen["batch_size"], lr=chosen["lr"], seed=seed, precision="fp32", device="cpu",
        progress=False,
    )  # fmt: skip
    return model.eval()


def evaluate(refiner):
    """Accuracy on held-out real digits of a classifier trained on raw, on refined and on real digits.

    accuracy_...: the mean over SEEDS classifiers, and spread_...: the largest less the smallest of them. The
    labels of refined digits are those of the glyphs they were. distance_...: Frechet distance of patches of
    5 x 5 pixels to those of real digits; moved: mean absolute difference of a refined digit from its glyph;
    label_kept: the share of refined digits that the judge of real digits reads as their glyphs' labels, and
    label_kept_raw: of the glyphs themselves.
    """
    from . import load

    drawn, real, held_out = glyphs(), digits(), digits("test")
    with torch.no_grad():
        refined = torch.cat([refiner(part) for part in drawn.images.split(500)])
    judge, looks, found = load("mnist_classifier")[0], patches(held_out.images), {}
    kinds = {
        "raw": (drawn.images, drawn.labels),
        "refined": (refined, drawn.labels),
        "real": (real.images, real.labels),
    }
    for name, kind in kinds.items():
        models = [classifier(SETTINGS, *kind, seed) for seed in range(SEEDS)]
        scores = [metrics.agreement(model, held_out.images, held_out.labels) for model in models]
        found |= {f"accuracy_{name}": sum(scores) / SEEDS, f"spread_{name}": max(scores) - min(scores)}
        found[f"distance_{name}"] = metrics.frechet_distance(patches(kind[0]), looks)
    return {
        **found,
        "moved": (refined - drawn.images).abs().mean(),
        "label_kept": metrics.agreement(judge, refined, drawn.labels),
        "label_kept_raw": metrics.agreement(judge, drawn.images, drawn.labels),
    }


RECIPES = [
    Recipe(
        name="glyphs_refiner",
        summary="Refiner that makes rendered digits look real, each still its own label",
        lessons=("07",),
        build=functools.partial(build, SETTINGS),
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
