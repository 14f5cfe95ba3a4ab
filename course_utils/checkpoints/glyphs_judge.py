"""The judge of generated glyphs: a net that reads what a sentence says of one, for lesson 17.

A size, a slant and a place are read in three classes, and a glyph at the edge between two cannot be read
surely by anybody: the accuracy is told for all glyphs, and for those that lie clear of an edge. The bending
of a glyph stretches it by 5 % and leans it by 0.05, give or take; so even one who measured it perfectly
would tell only some 70 % of the sizes that were asked for.
"""

import dataclasses
import functools

import torch

from .. import metrics, text
from .recipe import Recipe, fit

N_TRAIN, N_TEST = 20_000, 4_000
CLEAR = {"slant": ("shear", 0.08), "size": ("scale", 0.04), "height": ("dy", 0.15), "side": ("dx", 0.15)}
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "steps": 3_500,
    "batch_size": 64,
    "lr": 2e-3,
    "weight_decay": 0.02,
    "ema_decay": 0.998,
    "noise_std": 0.05,
}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST glyphs."""
    from .. import data

    return data.load("glyphs", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=1)


def train(settings, model, data, seconds=None, progress=True):
    """Fit to what the grammar reads, under a little noise, so that generated glyphs are read too."""
    truth = text.grammar("glyphs").read(data)

    def loss(model, x, *factors):
        x = (x + settings["noise_std"] * torch.rand(len(x), 1, 1, 1) * torch.randn_like(x)).clamp(0, 1)
        return model.loss(x, dict(zip(truth, factors, strict=True)))

    return fit(settings, model, loss, (data.images, *truth.values()), seconds, progress)


def clear(data, name):
    """Which glyphs' `name` does not change where its cause moves by the margin of CLEAR: bool [N]."""
    cause, margin = CLEAR[name]
    read = []
    for move in (-margin, margin):
        factors = {**data.factors, cause: data.factors[cause] + move}
        read.append(text.grammar("glyphs").read(dataclasses.replace(data, factors=factors))[name])
    return read[0] == read[1]


def evaluate(model):
    """On held-out glyphs: how often each factor is read rightly, and those clear of an edge."""
    held_out = glyphs("test")
    found, truth = model.read(held_out.images), text.grammar("glyphs").read(held_out)
    right = {name: (found[name] == truth[name]).double() for name in truth}
    return {
        **{f"accuracy_of_{name}": value.mean() for name, value in right.items()},
        **{f"accuracy_of_clear_{name}": right[name][clear(held_out, name)].mean() for name in CLEAR},
    }


RECIPES = [
    Recipe(
        name="glyphs_judge",
        summary="Reader of what a sentence says of a glyph, the judge of generated ones",
        lessons=("17",),
        build=metrics.GlyphReader,
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
