"""A diffusion model of the 28x28 glyphs that knows their labels and can do without them, for lesson 15.

Trained as digits_diffusion is, of which it takes the functions.
"""

import functools

import torch

from . import digits_diffusion
from .recipe import Recipe

N_TRAIN, N_TEST = 20_000, 500
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "width": 16,
    "multipliers": [1, 2, 4],
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.12,
    "dropout": 0.0,
    "steps": 5_500,
    "batch_size": 64,
    "lr": 2e-3,
    "ema_decay": 0.998,
}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST grey glyphs."""
    from .. import data

    return data.load("glyphs", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


def evaluate(model):
    """How the samples and held-out glyphs are read by their nearest glyphs, how far those are, and the error.

    The reader takes the label of the nearest training image. The distances to it are root mean squares over
    the pixels: samples that were copies would be much nearer than held-out glyphs are.
    """
    train, test = glyphs(), glyphs("test")
    labels = torch.arange(N_TEST) % 10
    images = digits_diffusion.sample(model, labels, 28)
    (asked, near), (held_out, usual) = (
        nearest(x, y, train) for x, y in ((images, labels), (test.images, test.labels))
    )
    return {
        "read_as_asked": asked,
        "held_out_glyphs_read": held_out,
        "distance_to_nearest": near,
        "held_out_distance_to_nearest": usual,
        "test_error_of_v": digits_diffusion.held_out_error(model, test),
    }


def nearest(images, labels, train):
    """The share of images [N, ...] whose nearest in train has their label [N]; the mean distance to it."""
    distance, index = torch.cdist(images.flatten(1), train.flat).min(1)
    agree = train.labels[index] == labels
    return agree.double().mean(), distance.mean() / train.flat.shape[1] ** 0.5


RECIPES = [
    Recipe(
        name="glyphs_diffusion",
        summary="Diffusion model of 28x28 glyphs, with labels and without",
        lessons=("15",),
        build=functools.partial(digits_diffusion.build, SETTINGS),
        data=glyphs,
        train=functools.partial(digits_diffusion.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
