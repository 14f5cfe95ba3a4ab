"""A ControlNet on the diffusion model of glyphs that makes it follow outlines, for lesson 15.

The base is the checkpoint glyphs_diffusion, frozen; only what is trained on top of it is stored here. The
functions serve faces_control too: another base, another `outline`.
"""

import functools

import torch

from .. import diffusion
from ..diffusion.control import ControlledUNet, edge_agreement, edges
from ..diffusion.guidance import drop_labels
from . import glyphs_diffusion
from .digits_diffusion import draw, schedule
from .recipe import Recipe, fit
from .store import CheckpointError, load_recipe

BASE = glyphs_diffusion.RECIPES[0]
SETTINGS = {
    "n": glyphs_diffusion.N_TRAIN,
    "seed": 0,
    "base": BASE.name,
    "base_sha256": "95f24a7021be92a6b673b94e63de2da3d729409c34c0605002746ea598114727",
    "control": "edges",
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "label_dropout": 0.5,
    "steps": 4_000,
    "batch_size": 32,
    "lr": 1e-3,
    "ema_decay": 0.998,
}
N_EVALUATED = 200


def build(settings, recipe=BASE):
    """The control on the recipe's shipped model, its joints still zero. CheckpointError for another base."""
    base, record = load_recipe(recipe)
    if record["sha256"] != settings["base_sha256"]:
        raise CheckpointError(
            f"its base is {recipe.name} with SHA-256 {settings['base_sha256']}, and the one here has "
            f"{record['sha256']}"
        )
    return ControlledUNet(base)


def train(settings, model, data, seconds=None, progress=True, outline=edges):
    """Fit the new parts to noisy images with their own edges, half of the labels hidden; keep the average."""
    denoising = diffusion.denoising_loss(schedule(), settings["prediction_type"])

    def loss(model, x, y):
        y = drop_labels(y, model.classes, settings["label_dropout"])
        return denoising(model, 2 * x - 1, y, outline(x))

    return fit(settings, model, loss, (data.images, data.labels), seconds, progress)


@torch.no_grad()
def sample(model, control, labels=None, seed=0, size=28, channels=1):
    """One image in [0, 1] for each control image [N, 1, H, H], by 25 DDIM steps; labels: [N], or None.

    control None (then with labels) samples the base alone, from the same noise: [N, channels, size, size].
    """
    n = len(labels if control is None else control)
    return draw(functools.partial(model, y=labels, control=control), n, size, seed, channels)


def evaluate(model):
    """How well samples keep to the edges of held-out glyphs, and how many are read as those glyphs' digits.

    With the right label and without one; beside them the base, which has the right label and no edges. For
    "other" the label is another than the edges show (five more, modulo 10): who of the two is obeyed?
    """
    train, test = glyphs_diffusion.glyphs(), glyphs_diffusion.glyphs("test")
    truth, labels = test.images[:N_EVALUATED], test.labels[:N_EVALUATED]
    wanted, other = edges(truth), (labels + 5) % 10
    samples = {
        "with_label": sample(model, wanted, labels),
        "without_label": sample(model, wanted),
        "other_label": sample(model, wanted, other),
        "base": sample(model, None, labels),
    }
    found = {}
    for name, images in samples.items():
        found[f"edge_agreement_{name}"] = edge_agreement(images, wanted).mean()
        found[f"edge_agreement_exact_{name}"] = edge_agreement(images, wanted, tolerance=0).mean()
        found[f"read_as_edges_{name}"], _ = glyphs_diffusion.nearest(images, labels, train)
    found["read_as_label_other_label"], _ = glyphs_diffusion.nearest(samples["other_label"], other, train)
    return found


RECIPES = [
    Recipe(
        name="glyphs_control",
        summary="ControlNet on the diffusion model of glyphs that follows outlines",
        lessons=("15",),
        build=functools.partial(build, SETTINGS),
        data=glyphs_diffusion.glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
