"""A diffusion model that makes 32x32 faces in colour of 8x8 ones, for lesson 15: SR3 (Saharia et al. 2021).

Trained as glyphs_superres is, of which it takes the functions; neither is told hair or glasses.
"""

import functools

import torch

from . import faces_diffusion, glyphs_superres
from .recipe import Recipe

FACTOR = glyphs_superres.FACTOR
SETTINGS = {
    "n": faces_diffusion.N_TRAIN,
    "seed": 0,
    "channels": 3,
    "width": 16,
    "multipliers": [1, 2, 4, 4],
    "factor": FACTOR,
    "shrunk_by": "mean over blocks",
    "enlarged_by": "bilinear interpolation",
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "steps": 3_000,
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.998,
}
N_EVALUATED, DRAWS = 100, 16
READ = ("turn", "smile", "hair_length", "mouth_open")  # numbers that are held against the truth


def evaluate(net):
    """How far samples for held-out faces are from the truth and from the small images that they were told.

    The errors are those of glyphs_superres. Beside them what the judge reads in samples, in bilinear
    interpolations and in the true faces: the share of right hair and glasses, and the mean distance of some
    numbers from the true ones.
    """
    from . import load

    judge, _ = load("faces_judge")
    test = faces_diffusion.faces("test")
    truth = test.images[:N_EVALUATED]
    factors = {name: value[:N_EVALUATED] for name, value in test.factors.items()}
    small = glyphs_superres.shrink(truth)
    samples = torch.stack([glyphs_superres.sample(net, small, seed) for seed in range(DRAWS)])
    found = glyphs_superres.errors(samples, truth, small)
    bilinear = glyphs_superres.enlarge(small)
    for name, images in (("sample", samples[0]), ("bilinear", bilinear), ("truth", truth)):
        found.update(as_was(judge, images, factors, name))
    return found


def as_was(judge, images, factors, name):
    """What the judge reads in images [N, 3, 32, 32] against factors, each [N]: metrics that end in name."""
    read = judge.read(images)
    right = {
        f"hair_as_was_{name}": (read["hair"] == factors["hair"]).double().mean(),
        f"glasses_as_was_{name}": ((read["glasses"] > 0.5) == factors["glasses"].bool()).double().mean(),
    }
    return right | {f"error_of_{n}_{name}": (read[n] - factors[n]).abs().double().mean() for n in READ}


RECIPES = [
    Recipe(
        name="faces_superres",
        summary="Diffusion model that makes 32x32 faces in colour of 8x8 ones",
        lessons=("15",),
        build=functools.partial(glyphs_superres.build, SETTINGS),
        data=faces_diffusion.faces,
        train=functools.partial(glyphs_superres.train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
