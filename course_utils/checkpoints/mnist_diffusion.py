"""A diffusion model of real 28x28 digits that knows their labels and can do without them, for 12 to 15.

Trained as digits_diffusion is, of which it takes the functions.
"""

import functools

import torch

from .. import metrics
from . import digits_diffusion
from .mnist_classifier import digits
from .recipe import Recipe

SETTINGS = {
    "n": 4_000,
    "seed": 0,
    "width": 16,
    "multipliers": [1, 2, 4],
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.12,
    "dropout": 0.05,
    "steps": 4_000,
    "batch_size": 64,
    "lr": 2e-3,
    "ema_decay": 0.998,
}


def evaluate(model):
    """How often a classifier reads what was asked for, how far samples are from digits, and the error.

    The distances are root mean squares over the pixels to the nearest training digit: samples that were
    copies would be much nearer than held-out digits are.
    """
    from . import load

    judge, _ = load("mnist_classifier")
    train, test = digits(), digits("test")
    labels = torch.arange(len(test)) % 10
    images = digits_diffusion.sample(model, labels, 28)
    near, usual = (torch.cdist(x.flatten(1), train.flat).min(1).values.mean() for x in (images, test.images))
    with torch.no_grad():
        features = [judge.features(x) for x in (images, test.images)]
    return {
        "read_as_asked": metrics.agreement(judge, images, labels),
        "frechet_distance": metrics.frechet_distance(*features),
        "distance_to_nearest": near / train.flat.shape[1] ** 0.5,
        "held_out_distance_to_nearest": usual / train.flat.shape[1] ** 0.5,
        "test_error_of_v": digits_diffusion.held_out_error(model, test),
    }


RECIPES = [
    Recipe(
        name="mnist_diffusion",
        summary="Diffusion model of real 28x28 digits, with labels and without",
        lessons=("12", "13", "14", "15"),
        build=functools.partial(digits_diffusion.build, SETTINGS),
        data=digits,
        train=functools.partial(digits_diffusion.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
