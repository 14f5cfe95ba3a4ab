"""The judge of generated digits: a classifier of grey and of binarised 8x8 digits, for lesson 03 and on."""

import functools

import torch
from torch.nn import functional as F

from .. import metrics
from .recipe import Recipe, fit

SETTINGS = {
    "seed": 0,
    "steps": 2_500,
    "batch_size": 128,
    "lr": 2e-3,
    "weight_decay": 0.05,
    "ema_decay": 0.998,
    "turn_degrees": 12.0,
    "shift_pixels": 0.8,
    "scale": 0.12,
    "noise_std": 0.1,
}


def digits(split="train"):
    """ImageData of the grey 8x8 digits."""
    from .. import data

    return data.load("digits", split=split)


def train(settings, model, data, seconds=None, progress=True):
    """Fit to the labels of distorted digits, half of them binarised; keep the average of the weights."""

    def loss(model, x, y):
        return F.cross_entropy(model(distort(x, settings)), y, label_smoothing=0.05)

    return fit(settings, model, loss, (data.images, data.labels), seconds, progress)


def distort(x, settings):
    """Turn, stretch, shift and disturb images x [B, 1, H, W] at random, then binarise half of them.

    Draws from torch's global generator; returns [B, 1, H, W] in [0, 1].
    """
    turn = torch.empty(len(x), device=x.device).uniform_(-1, 1) * settings["turn_degrees"] * torch.pi / 180
    scale = 1 + settings["scale"] * torch.empty(len(x), 2, device=x.device).uniform_(-1, 1)
    shift = (
        torch.empty(len(x), 2, device=x.device).uniform_(-1, 1) * settings["shift_pixels"] * 2 / x.shape[-1]
    )
    rows = torch.stack([turn.cos(), -turn.sin(), turn.sin(), turn.cos()], 1).view(-1, 2, 2) * scale[:, None]
    grid = F.affine_grid(torch.cat([rows, shift[:, :, None]], 2), list(x.shape), align_corners=False)
    moved = F.grid_sample(x, grid, align_corners=False)
    noisy = (moved + settings["noise_std"] * torch.randn_like(x)).clamp(0, 1)
    binary = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    return torch.where(binary, binarise(noisy), noisy)


def binarise(x):
    """1 where a pixel is at least 0.5, else 0."""
    return (x >= 0.5).to(x.dtype)


def evaluate(model):
    """The share of held-out digits read rightly, grey and binarised."""
    held_out = digits("test")
    return {
        "test_accuracy_grey": metrics.agreement(model, held_out.images, held_out.labels),
        "test_accuracy_binarised": metrics.agreement(model, binarise(held_out.images), held_out.labels),
    }


RECIPES = [
    Recipe(
        name="digit_classifier",
        summary="Classifier of grey and binarised digits, the judge of generated ones",
        lessons=("03",),
        build=metrics.DigitClassifier,
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
