"""The averaged generator of a DCGAN of faces in colour: samples in lesson 00, arithmetic in lesson 05.

Trained as glyphs_dcgan is, of which it takes the game.
"""

import functools

import torch

from .. import gan, metrics
from . import glyphs_dcgan
from .recipe import Recipe

N_TRAIN, N_TEST = 20_000, 2_000
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "latent_dim": 64,
    "size": 32,
    "channels": 3,
    "width": 40,
    "steps": 5_000,
    "batch_size": 64,
    "lr": 4e-4,
    "beta1": 0.5,
    "losses": "non_saturating",
    "ema_decay": 0.995,
    "norm": "batch",
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


def build():
    """The generator: z [B, latent_dim] -> faces [B, 3, 32, 32]."""
    return gan.initialise(
        gan.ImageGenerator(SETTINGS["latent_dim"], SETTINGS["size"], SETTINGS["channels"], SETTINGS["width"])
    )


@torch.no_grad()
def evaluate(model):
    """Of 2,000 samples: the Frechet distance of the judge's features to those of held-out faces, beside that
    of training faces; the shares that are read as wearing glasses, and of the rarest colour of hair."""
    from . import load

    judge, _ = load("faces_judge")
    generator = torch.Generator().manual_seed(SETTINGS["seed"])
    x = model(torch.randn(N_TEST, SETTINGS["latent_dim"], generator=generator))
    held_out = judge.features(faces("test").images)
    read = judge.read(x)
    return {
        "frechet_distance": metrics.frechet_distance(judge.features(x), held_out),
        "frechet_distance_train_faces": metrics.frechet_distance(
            judge.features(faces().images[:N_TEST]), held_out
        ),
        "share_with_glasses": (read["glasses"] > 0.5).double().mean(),
        "share_of_rarest_hair": read["hair"].bincount(minlength=6).min() / N_TEST,
    }


RECIPES = [
    Recipe(
        name="faces_dcgan",
        summary="Generator of a DCGAN of faces in colour with 64 latents, averaged weights",
        lessons=("00", "05"),
        build=build,
        data=faces,
        train=functools.partial(glyphs_dcgan.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
