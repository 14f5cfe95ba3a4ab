"""The code in which faces are made from sentences, for lesson 17: 8 x 8 x 8 numbers for 3 x 32 x 32 pixels.

An autoencoder and the measured scale of its code, as one LatentSpace. A smile is a few pixels, which squared
error hardly counts, so faces are compared in what convolutions of the judge see too, a perceptual loss
(Johnson et al. 2016; Rombach et al. 2022, section 3.1). So the judge is no stranger to decoded faces.
"""

import functools

import torch
from torch import nn

from ..divergences import kl_normal
from ..latent import KLAutoencoder, LatentSpace, latent_scale
from ..text import grammar
from ..text.grammar import _third
from .recipe import Recipe, fit

N_TRAIN, N_TEST = 20_000, 2_000
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "channels": [32, 64],
    "latent_channels": 8,
    "kl_weight": 5e-4,
    "perceptual_weight": 50,
    "steps": 9_000,
    "batch_size": 16,
    "lr": 2e-3,
    "ema_decay": 0.995,
}
THIRDS = 0.4  # beyond this a smile or a turn is named, as in text.grammar("faces")


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


def build(settings):
    """An untrained LatentSpace of faces, of scale 1."""
    shape = settings["latent_channels"], tuple(settings["channels"])
    return LatentSpace(KLAutoencoder((3, 32, 32), *shape), 1.0)


def seen_by(judge, x):
    """What a FaceReader's convolutions make of x [B, 3, 32, 32]: the features after each of its poolings."""
    found = []
    for layer in judge.body:
        if isinstance(layer, nn.Flatten):
            return found
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            found.append(x)


def perceptual(judge, examples):
    """distance(x, y) of images: for each level of seen_by, the squared error over the variance of examples.

    x, y: [B, 3, 32, 32]; a scalar, the mean over the batch and the sum over levels; gradients go to y.
    """
    judge.requires_grad_(False)
    with torch.no_grad():
        variance = [features.var(0).sum() for features in seen_by(judge, examples)]

    def distance(x, y):
        with torch.no_grad():
            wanted = seen_by(judge, x)
        levels = zip(wanted, seen_by(judge, y), variance, strict=True)
        return sum((a - b).square().flatten(1).sum(1).mean() / v for a, b, v in levels)

    return distance


def train(settings, space, data, seconds=None, progress=True):
    """Fit the autoencoder, keep its average, and measure the scale of the code on all of data."""
    from . import load

    distance = perceptual(load("faces_judge")[0], data.images[:500])

    def loss(net, x):
        decoded, mean, logvar = net(x)
        squared = (decoded - x).square().sum((1, 2, 3))
        kl = kl_normal(mean.flatten(1), logvar.flatten(1))
        seen = settings["perceptual_weight"] * distance(x, decoded)
        return (squared + settings["kl_weight"] * kl).mean() + seen

    autoencoder, history = fit(settings, space.autoencoder, loss, data.images, seconds, progress)
    with torch.no_grad():
        codes = [autoencoder.encode(x) for x in data.images.split(500)]
    scale = latent_scale(*(torch.cat(part) for part in zip(*codes, strict=True)))
    return LatentSpace(autoencoder, scale), history


def read(judge, images):
    """What a FaceReader sees in images [N, 3, 32, 32], as options of text.grammar("faces"): int64 [N, 4]."""
    found = judge.read(images)
    named = {
        "smile": _third(found["smile"], THIRDS),
        "hair": found["hair"],
        "glasses": (found["glasses"] > 0.5).long(),
        "turn": _third(found["turn"], THIRDS),
    }
    return torch.stack([named[factor] for factor in grammar("faces").options], dim=1)


@torch.no_grad()
def evaluate(space):
    """For held-out faces: the error of a pixel, the deviation of the code, and what the judge still reads.

    How often an option of the sentence is read rightly from the decoded face, and from the face itself.
    """
    from . import load

    judge, _ = load("faces_judge")
    test, options = faces("test"), grammar("faces").options
    code = space.encode(test.images, torch.Generator().manual_seed(0))
    decoded = space.decode(code)
    said = grammar("faces").read(test)
    truth = torch.stack([said[factor] for factor in options], dim=1)
    found = {"rmse": (decoded - test.images).square().mean().sqrt(), "deviation_of_code": code.std()}
    for name, images in (("decoded", decoded), ("face", test.images)):
        right = (read(judge, images) == truth).double().mean(0).tolist()
        found |= {f"{factor}_of_{name}": share for factor, share in zip(options, right, strict=True)}
    return found


RECIPES = [
    Recipe(
        name="faces_code",
        summary="Autoencoder of faces in colour whose code is 8 x 8 x 8, and the scale of that code",
        lessons=("17",),
        build=functools.partial(build, SETTINGS),
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
