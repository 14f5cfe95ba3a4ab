"""A normalising flow of real 28x28 digits, grey levels dequantised, for lesson 09."""

import functools

import torch

from .. import flows, metrics
from .mnist_classifier import digits
from .recipe import Recipe, fit

SETTINGS = {
    "n": 4_000,
    "seed": 0,
    "flow": {"levels": 2, "depth": 8, "width": 48, "alpha": 1e-6},
    "grey_levels": 256,
    "steps": 2_500,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.995,
}
SHAPE = (1, 28, 28)
N_SAMPLES, FIRST_BATCH = 1_000, 256


def build(settings):
    """The untrained flow of the settings."""
    return flows.Glow(SHAPE, **settings["flow"])


def bits(model, x, levels=SETTINGS["grey_levels"], generator=None):
    """Bits per dimension of images x [B, 1, H, W] in [0, 1], dequantised anew, [B]."""
    y = flows.dequantise((x * (levels - 1)).round(), levels, generator)
    return flows.bits_per_dimension(model.log_prob(y), y[0].numel(), levels)


def train(settings, model, data, seconds=None, progress=True):
    """Let a first batch set the ActNorms, then fit to the images' bits; keep the average of the weights."""
    with torch.no_grad():
        bits(model, data.images[:FIRST_BATCH], generator=torch.Generator().manual_seed(settings["seed"]))

    def loss(model, x):
        return bits(model, x).mean()

    return fit(settings, model, loss, data.images, seconds, progress)


@torch.no_grad()
def mean_bits(model, images):
    """The mean of bits over images, in batches, with one fixed dequantisation."""
    generator = torch.Generator().manual_seed(0)
    return torch.cat([bits(model, x, generator=generator) for x in images.split(250)]).mean()


def evaluate(model):
    """Bits per dimension of held-out and of training digits and of blank paper; how far samples are off."""
    from . import load

    judge, _ = load("mnist_classifier")
    test, generator = digits("test").images, torch.Generator().manual_seed(0)
    drawn = torch.cat([model.sample(100, generator).clamp(0, 1) for _ in range(0, N_SAMPLES, 100)])
    with torch.no_grad():
        features = [judge.features(x) for x in (drawn, test)]
    return {
        "test_bits_per_dimension": mean_bits(model, test),
        "train_bits_per_dimension": mean_bits(model, digits().images[: len(test)]),
        "blank_bits_per_dimension": mean_bits(model, torch.zeros_like(test[:100])),
        "frechet_distance": metrics.frechet_distance(*features),
    }


RECIPES = [
    Recipe(
        name="mnist_glow",
        summary="Normalising flow of real 28x28 digits, dequantised",
        lessons=("09",),
        build=functools.partial(build, SETTINGS),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
