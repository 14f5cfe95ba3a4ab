"""A ControlNet on the diffusion model of faces that makes it follow outlines, for lesson 15.

The base is the checkpoint faces_diffusion, frozen. Trained as glyphs_control is, of which it takes the
functions; outlines are where the colour jumps.
"""

import functools

import torch

from ..diffusion.control import JUMP, colour_edges, edge_agreement
from . import faces_diffusion, glyphs_control
from .recipe import Recipe

BASE = faces_diffusion.RECIPES[0]
SETTINGS = {
    "n": faces_diffusion.N_TRAIN,
    "seed": 0,
    "base": BASE.name,
    "base_sha256": "a8d457805fffe73a39992e40a67d2111a76e05b2e88d4ea7ef8b2ee2e9e92fb2",
    "control": f"colour_edges, threshold {JUMP:g}",
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.5,
    "steps": 2_500,
    "batch_size": 32,
    "lr": 1e-3,
    "ema_decay": 0.998,
}
N_EVALUATED, SIZE = 204, 32
READ = ("turn", "smile", "hair_length", "mouth_open")  # numbers that are held against the true ones


def sample(model, control, labels=None, seed=0):
    """glyphs_control.sample for faces, [N, 3, 32, 32] in [0, 1]; a label is hair + 6 * glasses."""
    return glyphs_control.sample(model, control, labels, seed, SIZE, channels=3)


@torch.no_grad()
def evaluate(model):
    """How well samples keep to the edges of held-out faces, and what the judge reads in them.

    With the right label and without one; beside them the base, which has the right label and no edges. For
    "other" the label asks for another hair and for glasses where the edges have none, and the other way
    round: who of the two is obeyed? Numbers (turn, smile and so on) are compared with those of the faces.
    """
    from . import load

    judge, _ = load("faces_judge")
    test = faces_diffusion.faces("test")
    truth, labels = test.images[:N_EVALUATED], test.labels[:N_EVALUATED]
    wanted, other = colour_edges(truth), other_labels(labels)
    samples = {
        "with_label": (sample(model, wanted, labels), labels),
        "without_label": (sample(model, wanted), labels),
        "other_label": (sample(model, wanted, other), other),
        "base": (sample(model, None, labels), labels),
    }
    found = {}
    for name, (images, asked) in samples.items():
        for tolerance, word in ((1, ""), (0, "_exact")):
            agreement = edge_agreement(images, wanted, tolerance, colour_edges).mean()
            found[f"edge_agreement{word}_{name}"] = agreement
        read = judge.read(images)
        found[f"hair_as_label_{name}"] = (read["hair"] == asked % 6).double().mean()
        found[f"glasses_as_edges_{name}"] = ((read["glasses"] > 0.5) == (labels >= 6)).double().mean()
        for n in READ:
            found[f"error_of_{n}_{name}"] = (read[n] - test.factors[n][:N_EVALUATED]).abs().double().mean()
    return found


def other_labels(labels):
    """Labels that ask for another hair, three colours on, and for glasses where labels [N] do not: [N]."""
    return (labels % 6 + 3) % 6 + 6 * (labels < 6)


RECIPES = [
    Recipe(
        name="faces_control",
        summary="ControlNet on the diffusion model of faces in colour that follows outlines",
        lessons=("15",),
        build=functools.partial(glyphs_control.build, SETTINGS, BASE),
        data=faces_diffusion.faces,
        train=functools.partial(glyphs_control.train, SETTINGS, outline=colour_edges),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
