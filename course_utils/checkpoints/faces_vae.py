"""A VAE of faces in colour, for samples, sliders and attribute vectors in lesson 03."""

import functools

import torch

from .. import vae
from .recipe import Recipe, fit

N_TRAIN, N_TEST = 20_000, 2_000
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "latent_dim": 32,
    "channels": [32, 64, 128],
    "std": 0.06,
    "steps": 10_000,
    "batch_size": 64,
    "lr": 1.5e-3,
    "ema_decay": 0.998,
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


def build():
    """The untrained VAE of the settings."""
    return vae.ConvVAE((3, 32, 32), SETTINGS["latent_dim"], tuple(SETTINGS["channels"]), std=SETTINGS["std"])


def train(settings, model, data, seconds=None, progress=True):
    """Raise the bound of data.images; keep the average of the weights."""

    def loss(model, x):
        return -model.elbo(x).value.mean()

    return fit(settings, model, loss, data.images, seconds, progress)


@torch.no_grad()
def evaluate(model):
    """Held-out error of the reconstructions (root mean square), KL in nats an image, active units, and how
    often hair and glasses are read from a reconstruction as they are in the face."""
    from . import load

    judge, _ = load("faces_judge")
    x, truth = faces("test").images, faces("test").factors
    mean, _ = model.encode(x)
    rebuilt = model.decoder(mean)
    read = judge.read(rebuilt)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SETTINGS["seed"])
        kl = model.elbo(x).kl.mean()
    return {
        "test_error": (rebuilt - x).square().mean().sqrt(),
        "test_kl": kl,
        "active_units": int((mean.var(0) > 0.01).sum()),
        "hair_kept": (read["hair"] == truth["hair"]).double().mean(),
        "glasses_kept": ((read["glasses"] > 0.5) == truth["glasses"].bool()).double().mean(),
        "error_of_smile": (read["smile"] - truth["smile"]).abs().mean(),
    }


RECIPES = [
    Recipe(
        name="faces_vae",
        summary="Convolutional VAE of faces in colour with 32 latents",
        lessons=("00", "03"),
        build=build,
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
