"""Real digits of 28x28 pixels made of 7x7 ones, with and without a discriminator, for lesson 07: SRGAN.

Three nets of one architecture: by squared error, by pixels and features of our own classifier, and by these
and a GAN, each after as many steps. Source: Ledig et al. 2017, where the features are those of a VGG net.
"""

import copy
import functools

import torch
from torch.nn import functional as F

from .. import gan, metrics
from ..gan.translating import translation_round
from ..gan.translation import SuperResolver
from .glyphs_superres import enlarge, shrink
from .image_translation import adam, alike, discriminator, patches, play, steepness
from .mnist_classifier import digits
from .recipe import Recipe, Runs

KINDS = {  # weights of the squared error, of the features' and of the GAN
    "pixels": [20.0, 0.0, 0.0],
    "content": [20.0, 1.0, 0.0],
    "gan": [20.0, 1.0, 0.5],
}
SETTINGS = {
    "n": 4_000,
    "seed": 0,
    "judge": "mnist_classifier",
    "factor": 4,
    "shrunk_by": "mean over blocks",
    "width": 24,
    "blocks": 2,
    "d_width": 24,
    "d_norm": "spectral",
    "kinds": KINDS,
    "losses": "hinge",
    "first": "pixels",  # the kind that all three start from, after as many steps
    "steps": 500,
    "batch_size": 16,
    "lr": 2e-3,
    "d_lr": 2e-3,
    "beta1": 0.5,
    "ema_decay": 0.99,
}


def build(settings):
    """One untrained net for each kind, all alike, by name: [B, 1, 7, 7] -> [B, 1, 28, 28]."""
    return alike(
        {name: SuperResolver(1, settings["width"], settings["blocks"]) for name in settings["kinds"]}
    )


def content(judge, pixels, features):
    """content(x, fake, y) for translation_round: squared errors of pixels and of the judge's first features.

    The features are the maps of its first two layers, [B, 16, 28, 28], where strokes still have edges.
    """
    level = judge.body[:4]  # two convolutions, each with its ReLU

    def loss(x, fake, y):
        value = pixels * F.mse_loss(fake, y)
        return value + features * F.mse_loss(level(fake), level(y)) if features else value

    return loss


def train(settings, nets, data, seconds=None, progress=True):
    """Train the first kind; then go on from it with each kind, for as many steps again; keep the averages.

    So all three have seen as much (of the first: Ledig et al. 2017, section 3.2).
    """
    from . import load

    judge, runs = load(settings["judge"])[0].requires_grad_(False), Runs()
    pairs = (shrink(data.images), data.images)
    each = None if seconds is None else seconds / (1 + len(nets))
    for name in (None, *settings["kinds"]):
        kind = name or settings["first"]
        pixels, features, adversarial = settings["kinds"][kind]
        G, D = nets[kind].train(), discriminator(settings, 1) if adversarial else None
        update = translation_round(
            G, D, gan.losses[settings["losses"]], adam(settings, G),
            adam(settings, D, rate="d_lr") if D else None, content(judge, pixels, features), adversarial,
        )  # fmt: skip
        made, history = play(settings, G, update, pairs, each, progress)
        for other in [name] if name else list(nets):
            nets[other] = copy.deepcopy(made)
        runs += history
        if runs.interrupted:
            break
    return nets, runs


def psnr(images, truth):
    """Peak signal-to-noise ratio in dB, -10 log10 of an image's mean squared error, the mean over images."""
    return -10 * (images - truth).square().mean((1, 2, 3)).clamp(min=1e-10).log10().mean()


@torch.no_grad()
def evaluate(nets):
    """Of held-out digits shrunk and enlarged again, by each net and by bicubic interpolation.

    psnr: in dB; sharpness: steepness over that of the true digits; patch_distance: Frechet distance of
    patches of 5 x 5 pixels to those of the true digits, a measure of realism that no net was trained on, and
    for "true" between two halves of the true digits; read_rightly: by the judge, whose features two of the
    nets were trained on; consistency: root mean square of (the large image shrunk - the small image).
    """
    from . import load

    judge, held_out = load("mnist_classifier")[0], digits("test")
    truth, small = held_out.images, shrink(held_out.images)
    made = {name: net(small) for name, net in nets.items()}
    made["bicubic"], real, found = enlarge(small, "bicubic").clamp(0, 1), patches(truth), {}
    for name, x in made.items():
        found |= {
            f"psnr_{name}": psnr(x, truth),
            f"sharpness_{name}": steepness(x) / steepness(truth),
            f"patch_distance_{name}": metrics.frechet_distance(patches(x), real),
            f"read_rightly_{name}": metrics.agreement(judge, x, held_out.labels),
            f"consistency_{name}": (shrink(x) - small).square().mean().sqrt(),
        }
    halves = patches(truth[::2]), patches(truth[1::2])
    return {
        **found,
        "patch_distance_true": metrics.frechet_distance(*halves),
        "read_rightly_true": metrics.agreement(judge, truth, held_out.labels),
    }


RECIPES = [
    Recipe(
        name="digits_srgan",
        summary="Real digits enlarged from 7x7 to 28x28 pixels, with and without a discriminator",
        lessons=("07",),
        build=functools.partial(build, SETTINGS),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
