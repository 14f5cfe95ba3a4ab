"""A diffusion model of the faces in colour that knows hair and glasses, for lessons 00, 12, 14 and 15.

Trained as digits_diffusion is, of which it takes the functions. The label is hair + 6 * glasses.
"""

import dataclasses
import functools

import torch

from . import digits_diffusion
from .recipe import Recipe

N_TRAIN, N_TEST = 20_000, 504
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "channels": 3,
    "width": 16,
    "multipliers": [1, 2, 4, 4],
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.12,
    "dropout": 0.0,
    "steps": 5_000,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.998,
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces whose labels, 0 to 11, say hair and glasses."""
    from .. import data

    found = data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)
    labels = found.factors["hair"] + len(found.classes) * found.factors["glasses"]
    names = tuple(f"{hair}{worn}" for worn in ("", ", glasses") for hair in found.classes)
    return dataclasses.replace(found, labels=labels, classes=names)


def evaluate(model):
    """How often samples show the hair and the glasses asked for, how far they are from faces, and the error.

    The distances are root mean squares over the pixels to the nearest training face: samples that were
    copies would be much nearer than held-out faces are.
    """
    from .. import metrics
    from . import load

    judge, _ = load("faces_judge")
    train, test = faces(), faces("test")
    labels = torch.arange(N_TEST) % 12
    images = digits_diffusion.sample(model, labels, 32, channels=3)
    read = judge.read(images)
    near, usual = (torch.cdist(x.flatten(1), train.flat).min(1).values.mean() for x in (images, test.images))
    with torch.no_grad():
        features = [judge.features(part) for part in (images, test.images)]
    return {
        "hair_as_asked": (read["hair"] == labels % 6).double().mean(),
        "glasses_as_asked": ((read["glasses"] > 0.5) == (labels >= 6)).double().mean(),
        "frechet_distance": metrics.frechet_distance(*features),
        "distance_to_nearest": near / train.flat.shape[1] ** 0.5,
        "held_out_distance_to_nearest": usual / train.flat.shape[1] ** 0.5,
        "test_error_of_v": digits_diffusion.held_out_error(model, test),
    }


RECIPES = [
    Recipe(
        name="faces_diffusion",
        summary="Diffusion model of faces in colour, with hair and glasses as its label and without",
        lessons=("00", "12", "14", "15"),
        build=functools.partial(digits_diffusion.build, SETTINGS, classes=12),
        data=faces,
        train=functools.partial(digits_diffusion.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
