"""Faces made from their outlines, by L1 alone, by a GAN alone and by both, for lesson 07: pix2pix.

Outlines tell where things are and nothing of their colours. Source: Isola et al. 2017.
"""

import functools

import torch

from .. import gan, metrics
from ..diffusion.control import colour_edges, edge_agreement
from ..gan.translating import translation_round
from ..gan.translation import Translator
from .image_translation import adam, alike, discriminator, play, steepness
from .recipe import Recipe, Runs

N_TRAIN, N_TEST = 8_000, 1_000
KINDS = {"L1": [1.0, 0.0], "GAN": [0.0, 1.0], "both": [20.0, 1.0]}  # weights of L1 and of the GAN
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "width": 16,
    "blocks": 2,
    "d_width": 24,
    "d_norm": "instance",
    "kinds": KINDS,
    "losses": "lsgan",
    "steps": 3_000,
    "batch_size": 8,
    "lr": 1e-3,
    "d_lr": 1e-3,
    "beta1": 0.5,
    "ema_decay": 0.99,
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=4)


def told(faces, generator=None):
    """What a net is told of faces [B, 3, 32, 32]: their outlines, and noise of its own: [B, 2, 32, 32]."""
    outlines = colour_edges(faces)
    return torch.cat([outlines, torch.randn(outlines.shape, generator=generator)], 1)


def build(settings):
    """One untrained net for each kind, all alike, by name: [B, 2, 32, 32] -> [B, 3, 32, 32]."""
    return alike(
        {name: Translator(2, 3, settings["width"], settings["blocks"]) for name in settings["kinds"]}
    )


def train(settings, nets, data, seconds=None, progress=True):
    """Train each kind on the same pairs of outline and face; D is told the outline too. Keep the averages."""
    outlines, runs = colour_edges(data.images), Runs()
    for name, (pixels, adversarial) in settings["kinds"].items():
        G, D = nets[name].train(), discriminator(settings, 4) if adversarial else None
        update = translation_round(
            G, D, gan.losses[settings["losses"]], adam(settings, G),
            adam(settings, D, rate="d_lr") if D else None,
            lambda x, fake, y, pixels=pixels: pixels * (fake - y).abs().mean(),
            adversarial, told=lambda x: x[:, :1],
        )  # fmt: skip
        each = None if seconds is None else seconds / len(nets)

        def noisy(outlines, faces, update=update):
            return update(torch.cat([outlines, torch.randn_like(outlines)], 1), faces)

        nets[name], history = play(settings, G, noisy, (outlines, data.images), each, progress)
        runs += history
        if runs.interrupted:
            break
    return nets, runs


def colourfulness(images):
    """How far the channels of a pixel lie apart, the mean over images [B, 3, H, W]: a scalar."""
    return (images.amax(1) - images.amin(1)).mean()


@torch.no_grad()
def evaluate(nets):
    """Of held-out faces made from their outlines alone, by each net.

    pixel_error: mean absolute difference from the true face; sharpness and colour: steepness and
    colourfulness over those of the true faces; met: agreement of its outlines with those it was told (F1);
    glasses_kept: the share read as wearing glasses, or none, as the true face does; error_of_turn and
    error_of_smile: mean error of what the judge reads, in the factors' units, "true" being the judge's own;
    frechet_distance: of the judge's features to those of other held-out faces; noise: the mean deviation
    of a pixel over eight draws of the noise.
    """
    from . import load

    judge, held_out = load("faces_judge")[0], faces("test")
    truth, factors = held_out.images, held_out.factors
    outlines = colour_edges(truth)
    others = judge.features(faces().images[:N_TEST])
    made, found = {"true": truth}, {}
    for name, net in nets.items():
        generator = torch.Generator().manual_seed(SETTINGS["seed"])
        made[name] = net(told(truth, generator))
        draws = torch.stack([net(told(truth[:100], generator)) for _ in range(8)])
        found[f"noise_{name}"] = draws.std(0).mean()
    for name, x in made.items():
        read = judge.read(x)
        found |= {
            f"pixel_error_{name}": (x - truth).abs().mean(),
            f"sharpness_{name}": steepness(x) / steepness(truth),
            f"colour_{name}": colourfulness(x) / colourfulness(truth),
            f"met_{name}": edge_agreement(x, outlines, outline=colour_edges).mean(),
            f"glasses_kept_{name}": ((read["glasses"] > 0.5) == factors["glasses"].bool()).double().mean(),
            f"error_of_turn_{name}": (read["turn"] - factors["turn"]).abs().mean(),
            f"error_of_smile_{name}": (read["smile"] - factors["smile"]).abs().mean(),
            f"frechet_distance_{name}": metrics.frechet_distance(judge.features(x), others),
        }
    return found


RECIPES = [
    Recipe(
        name="faces_pix2pix",
        summary="Faces made from their outlines, by L1 alone, by a GAN alone and by both",
        lessons=("07",),
        build=functools.partial(build, SETTINGS),
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
