"""The judge of generated 28x28 digits: a classifier of real handwriting, grey and binarised.

Trained as digit_classifier is, of which it takes the distortions.
"""

import functools

from .. import metrics
from . import digit_classifier
from .recipe import Recipe

SETTINGS = {
    "n": 4_000,
    "seed": 0,
    "steps": 2_500,
    "batch_size": 64,
    "lr": 2e-3,
    "weight_decay": 0.05,
    "ema_decay": 0.998,
    "turn_degrees": 12.0,
    "shift_pixels": 2.0,
    "scale": 0.12,
    "noise_std": 0.1,
}


def digits(split="train"):
    """ImageData of the real digits of 28x28 pixels."""
    from .. import data

    return data.load("mnist_5k", split=split)


def evaluate(model):
    """The share of held-out digits read rightly, grey and binarised."""
    held_out = digits("test")
    return {
        "test_accuracy_grey": metrics.agreement(model, held_out.images, held_out.labels),
        "test_accuracy_binarised": metrics.agreement(
            model, digit_classifier.binarise(held_out.images), held_out.labels
        ),
    }


RECIPES = [
    Recipe(
        name="mnist_classifier",
        summary="Classifier of real 28x28 digits, grey and binarised, the judge of generated ones",
        lessons=("12", "13", "14", "15"),
        build=functools.partial(metrics.DigitClassifier, channels=(16, 32), size=28),
        data=digits,
        train=functools.partial(digit_classifier.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
