"""A VAE of binarised 28x28 glyphs, for interpolation, attribute vectors and samples in lesson 03."""

import functools

from .. import vae
from . import digit_vaes
from .recipe import Recipe, fit

N_TRAIN, N_TEST = 20_000, 4_000
TEST_SEED = 1  # the settings below were chosen on the held-out glyphs of seed 0
SETTINGS = {
    "images": "glyphs, 1 where the grey level is at least 0.5",
    "n": N_TRAIN,
    "seed": 0,
    "latent_dim": 16,
    "hidden": [256, 128],
    "steps": 12_000,
    "batch_size": 128,
    "lr": 2e-3,
    "ema_decay": 0.999,
}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST glyphs with pixels 0 or 1."""
    from .. import data

    n, seed = (N_TRAIN, 0) if split == "train" else (N_TEST, TEST_SEED)
    return digit_vaes.binarised(data.load("glyphs", split=split, n=n, seed=seed))


def train(settings, model, data, seconds=None, progress=True):
    """Fit to the ELBO of data.images; keep the average of the weights."""
    return fit(settings, model, digit_vaes.negative_elbo, data.images, seconds, progress)


def evaluate(model):
    """Held-out ELBO and its parts, in nats per image, and how many units are active."""
    x = glyphs("test").images
    bound = digit_vaes.held_out(model, x, draws=1)
    return {
        "test_elbo": bound.value,
        "test_reconstruction": bound.reconstruction,
        "test_kl": bound.kl,
        "active_units": digit_vaes.active_units(model, x),
    }


RECIPES = [
    Recipe(
        name="glyphs_vae",
        summary="Dense VAE of binarised glyphs with 16 latents",
        lessons=("03",),
        build=lambda: vae.VAE((1, 28, 28), 16, hidden=(256, 128)),
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
