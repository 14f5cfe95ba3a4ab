"""A diffusion model of the 8x8 digits that knows its labels and can do without them, for 12, 14 and 15.

It predicts v on the cosine schedule, for images scaled to [-1, 1]. A tenth of its labels were hidden in
training, so that y=None gives the model without labels (Ho & Salimans 2021).
"""

import functools

import torch

from .. import diffusion, metrics
from ..diffusion.guidance import drop_labels
from ..diffusion.unet import UNet
from .recipe import Recipe, fit

SETTINGS = {
    "seed": 0,
    "width": 32,
    "multipliers": [1, 2],
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.1,
    "dropout": 0.1,
    "steps": 2_000,
    "batch_size": 64,
    "lr": 2e-3,
    "ema_decay": 0.998,
}
N_SAMPLES, SAMPLING_STEPS = 1_000, 25


def digits(split="train"):
    """ImageData of the grey 8x8 digits."""
    from .. import data

    return data.load("digits", split=split)


def schedule():
    """The noise schedule that the models of this file and of glyphs_diffusion are trained for."""
    return diffusion.NoiseSchedule.cosine()


def build(settings, classes=10):
    """The untrained network of the settings."""
    return UNet(
        in_channels=settings.get("channels", 1), width=settings["width"],
        multipliers=tuple(settings["multipliers"]), classes=classes, dropout=settings["dropout"],
    )  # fmt: skip


def train(settings, model, data, seconds=None, progress=True):
    """Fit to the noisy images of data, some of the labels hidden; keep the average of the weights."""
    denoising = diffusion.denoising_loss(schedule(), settings["prediction_type"])

    def loss(model, x, y):
        return denoising(model, 2 * x - 1, drop_labels(y, model.classes, settings["label_dropout"]))

    return fit(settings, model, loss, (data.images, data.labels), seconds, progress)


def draw(model, n, size, seed=0, channels=1):
    """n images in [0, 1] by 25 DDIM steps of model(x_t, t), which predicts v: [n, channels, size, size]."""
    x = diffusion.samplers.ddim(
        model, schedule(), (n, channels, size, size), num_inference_steps=SAMPLING_STEPS,
        prediction_type=SETTINGS["prediction_type"], clip=(-1, 1),
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    return ((x + 1) / 2).clamp(0, 1)


def sample(model, labels, size, seed=0, channels=1):
    """One image in [0, 1] for each label [N], without guidance: [N, channels, size, size]."""
    batches = enumerate(labels.split(250))  # a small memory for 28x28 images
    return torch.cat(
        [draw(functools.partial(model, y=y), len(y), size, seed + k, channels) for k, y in batches]
    )


@torch.no_grad()
def held_out_error(model, data, repeats=8):
    """The mean squared error of v for held-out images, each at `repeats` stratified steps."""
    levels, squared = schedule(), []
    generator = torch.Generator().manual_seed(0)
    for repeat in range(repeats):
        x0 = 2 * data.images - 1
        u = (torch.randperm(len(x0), generator=generator) + (repeat + 0.5) / repeats) / len(x0)
        t, noise = (u * len(levels)).long(), torch.randn(x0.shape, generator=generator)
        signal, sigma = levels.rates(t, x0)
        out = model(levels.add_noise(x0, noise, t), t, data.labels)
        squared.append((out - (signal * noise - sigma * x0)).square().mean())
    return torch.stack(squared).mean()


def evaluate(model):
    """How the samples are read, how far they are from real digits, and the error on held-out digits."""
    from . import load

    judge, _ = load("digit_classifier")
    labels = torch.arange(N_SAMPLES) % 10
    images = sample(model, labels, 8)
    with torch.no_grad():
        features = [judge.features(x) for x in (images, digits().images)]
    return {
        "read_as_asked": metrics.agreement(judge, images, labels),
        "frechet_distance": metrics.frechet_distance(*features),
        "test_error_of_v": held_out_error(model, digits("test")),
    }


RECIPES = [
    Recipe(
        name="digits_diffusion",
        summary="Diffusion model of digits, with labels and without",
        lessons=("12", "13", "14", "15"),
        build=functools.partial(build, SETTINGS),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
