"""Autoencoders on 28x28 glyphs, for lesson 01."""

import functools

import torch

from .. import autoencoders
from .recipe import Recipe, fit

IN_SHAPE = (1, 28, 28)
N_TRAIN, N_TEST = 20_000, 4_000
TEST_SEED = 1  # the settings below were chosen on the held-out glyphs of seed 0
COMMON = {
    "n": N_TRAIN,
    "seed": 0,
    "batch_size": 128,
    "lr": 3e-3,
    "ema_decay": 0.999,
    "loss": "sum of squares over pixels",
}


def glyphs():
    """The training set: ImageData of N_TRAIN glyphs."""
    from .. import data

    return data.load("glyphs", split="train", n=N_TRAIN, seed=0)


def train(settings, model, data, seconds=None, progress=True):
    """Fit model to reconstruct data.images, or to clean them where settings name noise; keep the average."""
    noise = settings.get("noise_std", 0.0)

    def loss(model, x):
        return (model(corrupt(x, noise)) - x).square().sum((1, 2, 3)).mean()

    return fit(settings, model, loss, data.images, seconds, progress)


def corrupt(x, noise_std, generator=None):
    """x + noise: independent Gaussian noise of the given standard deviation in every pixel, not clipped."""
    if noise_std == 0:
        return x
    return x + noise_std * torch.randn(x.shape, generator=generator, device=x.device)


@torch.no_grad()
def evaluate(settings, model):
    """Held-out mean squared error per pixel and PSNR in dB, beside PCA with as many components.

    The noise of a denoiser's test images is seeded; PCA is fitted to clean images and projects the noisy.
    """
    from .. import data

    train_x = glyphs().images.flatten(1)
    clean = data.load("glyphs", split="test", n=N_TEST, seed=TEST_SEED).images
    noise = settings.get("noise_std", 0.0)
    noisy = corrupt(clean, noise, torch.Generator().manual_seed(settings["seed"]))
    mean, components = pca(train_x, settings["latent_dim"])
    projected = mean + (noisy.flatten(1) - mean) @ components @ components.T
    errors = {"": mse(model(noisy), clean), "_pca": mse(projected.view_as(clean), clean)}
    if noise:
        errors["_input"] = mse(noisy, clean)
    mses = {f"test_mse{who}": error for who, error in errors.items()}
    return {**mses, **{f"test_psnr{who}_db": -10 * error.log10() for who, error in errors.items()}}


def mse(x_hat, x):
    """Mean squared error over images and pixels: a scalar."""
    return (x_hat - x).square().mean()


def pca(x, k):
    """Mean [D] and first k principal directions [D, k] of rows x [N, D]."""
    mean = x.mean(0)
    covariance = (x - mean).T.double() @ (x - mean).double() / len(x)
    return mean, torch.linalg.eigh(covariance).eigenvectors[:, -k:].float()


def _recipe(name, summary, build, **settings):
    settings = {**COMMON, **settings}
    return Recipe(
        name=name,
        summary=summary,
        lessons=("01",),
        build=build,
        data=glyphs,
        train=functools.partial(train, settings),
        evaluate=functools.partial(evaluate, settings),
        settings=settings,
    )


RECIPES = [
    _recipe(
        "glyphs_ae_2",
        "Dense autoencoder of glyphs with a two-dimensional code",
        lambda: autoencoders.MLPAutoencoder(IN_SHAPE, 2, hidden=(256, 128)),
        latent_dim=2, hidden=[256, 128], steps=20_000,
    ),
    _recipe(
        "glyphs_ae_32",
        "Convolutional autoencoder of glyphs with a 32-dimensional code",
        lambda: autoencoders.ConvAutoencoder(IN_SHAPE, 32, channels=(16, 32)),
        latent_dim=32, channels=[16, 32], steps=10_000,
    ),
    _recipe(
        "glyphs_dae",
        "Convolutional autoencoder that takes Gaussian noise out of glyphs",
        lambda: autoencoders.ConvAutoencoder(IN_SHAPE, 64, channels=(16, 32)),
        latent_dim=64, channels=[16, 32], noise_std=0.5, steps=8_000,
    ),
]  # fmt: skip
