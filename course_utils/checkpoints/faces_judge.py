"""The judge of generated faces: a net that reads the factors of a face, for lesson 03 and on."""

import functools

import torch

from .. import metrics
from .recipe import Recipe, fit

N_TRAIN, N_TEST = 20_000, 2_000
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "steps": 2_500,
    "batch_size": 64,
    "lr": 2e-3,
    "weight_decay": 0.02,
    "ema_decay": 0.998,
    "noise_std": 0.05,
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=1)


def train(settings, model, data, seconds=None, progress=True):
    """Fit to the factors of faces under a little noise, so that generated ones are read too."""
    names = list(data.factors)

    def loss(model, x, *factors):
        x = (x + settings["noise_std"] * torch.rand(len(x), 1, 1, 1) * torch.randn_like(x)).clamp(0, 1)
        return model.loss(x, dict(zip(names, factors, strict=True)))

    return fit(settings, model, loss, (data.images, *data.factors.values()), seconds, progress)


def evaluate(model):
    """On held-out faces: how often hair and glasses are read rightly, and the mean error of each number.

    A number's error is in its own units; the background's goes the short way round its circle.
    """
    held_out = faces("test")
    found, truth = model.read(held_out.images), held_out.factors
    off = {name: (found[name] - truth[name]).abs() for name in found if name not in ("hair", "glasses")}
    off["background"] = torch.minimum(off["background"], 1 - off["background"])
    return {
        "hair_accuracy": (found["hair"] == truth["hair"]).double().mean(),
        "glasses_accuracy": ((found["glasses"] > 0.5) == truth["glasses"].bool()).double().mean(),
        **{f"error_of_{name}": value.double().mean() for name, value in off.items()},
    }


RECIPES = [
    Recipe(
        name="faces_judge",
        summary="Reader of the factors of a face, the judge of generated ones",
        lessons=("03", "05", "12", "14", "15"),
        build=metrics.FaceReader,
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
