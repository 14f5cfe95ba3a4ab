"""The diffusion model of handwriting taught one bold font, in few weights and in many, for lesson 17.

The base is the checkpoint mnist_diffusion. Three ways take as many steps on the same glyphs: LoRA of rank 4
on every layer, all weights, and those of the last layer. Kept are the changes that LoRA made, small beside
the base, and samples of every way:

    study, _ = checkpoints.load("mnist_lora")
    net = study.adapted(checkpoints.load("mnist_diffusion")[0])
"""

import copy
import functools

import torch
from torch import nn
from torch.nn.utils import parametrize

from .. import lora, metrics
from .._validate import check_choice, check_model, check_number
from . import digits_diffusion, glyphs_diffusion, mnist_diffusion
from .recipe import Recipe, Runs, as_metrics

N_DRAWN, N_TEST = 6_000, 2_000  # glyphs of all fonts, of which one in twelve has the font
FONT = "DejaVuSans-Bold"
SETTINGS = {
    "n": 472,
    "drawn": N_DRAWN,
    "font": FONT,
    "seed": 0,
    "seeds": {"lora": 3, "full": 1, "last": 1},
    "samples": 100,
    "base": "mnist_diffusion",
    "rank": 4,
    "prediction_type": "v_prediction",
    "label_dropout": 0.12,
    "steps": 120,
    "batch_size": 32,
    "lr": {"lora": 5e-3, "full": 1e-3, "last": 1e-2},
    "ema_decay": 0.95,
}
MEASURES = ("read_as_asked", "nearest_read", "distance_to_nearest", "ink", "distance")


class Adapted(nn.Module):
    """What LoRA changed, seed by seed, and samples of all ways.

    names: of the rows, "base_0", "lora_0" and so on; images: uint8 [rows, N, 1, 28, 28], image i was asked to
    be the digit i % 10. Called with a name it gives that row's.
    """

    def __init__(self, settings):
        super().__init__()
        self.names = (
            "base_0",
            *(f"{way}_{seed}" for way, n in settings["seeds"].items() for seed in range(n)),
        )
        self.rank = settings["rank"]
        net = lora.add_lora(digits_diffusion.build(mnist_diffusion.SETTINGS), self.rank)
        seeds = range(settings["seeds"]["lora"])
        self.changes = nn.ModuleList(copy.deepcopy(changes(net)) for _ in seeds)
        n = settings["samples"]
        self.register_buffer("images", torch.zeros(len(self.names), n, 1, 28, 28, dtype=torch.uint8))

    def forward(self, name):
        """The samples of a row, float32 [N, 1, 28, 28] in [0, 1]. ValueError for an unknown name."""
        return self.images[self.names.index(check_choice("name", name, self.names))].float() / 255

    def adapted(self, base, seed=0, scale=1.0):
        """The base with `scale` times what LoRA changed; `lora.merge_lora` makes it a plain network."""
        check_model("base", base), check_number("scale", scale)
        net = lora.add_lora(base, self.rank, scale)
        changes(net).load_state_dict(self.changes[seed].state_dict())
        return net.eval()


def changes(net):
    """The LowRank parts of a network with LoRA, in the order of its layers: a ModuleList."""
    layers = [layer for layer in net.modules() if parametrize.is_parametrized(layer, "weight")]
    return nn.ModuleList(layer.parametrizations.weight[0] for layer in layers)


def glyphs(split="train"):
    """ImageData of the glyphs of the one font among N_DRAWN or N_TEST drawn."""
    from .. import data
    from ..data.glyphs import FONTS

    drawn = data.load("glyphs", split=split, n=N_DRAWN if split == "train" else N_TEST, seed=0)
    keep = drawn.factors["font"] == FONTS.index(FONT)
    return data.ImageData(drawn.images[keep], drawn.labels[keep], drawn.classes, None, "glyphs", split)


def prepared(way, base, rank, seed=0):
    """A copy of the base in which the weights of a way ask for gradients: "lora", "full" or "last"."""
    if check_choice("way", way, ("lora", "full", "last")) == "lora":
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return lora.add_lora(base, rank)
    net = copy.deepcopy(base).requires_grad_(way == "full")
    net.last[-1].requires_grad_(True)
    return net


def train(settings, model, data, seconds=None, progress=True):
    """Adapt in every way with its seeds, and sample; seconds is shared out. Returns the Adapted and Runs."""
    from . import load

    base, _ = load(settings["base"])
    each = None if seconds is None else seconds / (len(model.names) - 1)
    runs = Runs()
    for number, name in enumerate(model.names):
        way, seed = name.split("_")
        net = base
        if way != "base":
            how = {**settings, "seed": int(seed), "lr": settings["lr"][way]}
            net, history = digits_diffusion.train(
                how, prepared(way, base, settings["rank"], int(seed)), data, each, progress
            )
            runs += history
        if way == "lora":
            model.changes[int(seed)].load_state_dict(changes(net).state_dict())
        labels = torch.arange(settings["samples"]) % 10
        model.images[number] = (255 * digits_diffusion.sample(net, labels, 28, int(seed))).round().byte()
    return model, runs


@torch.no_grad()
def evaluate(model):
    """The share of weights that each way trains; and for base, ways (means over seeds) and held-out glyphs:

    how often the judge of handwriting reads what was asked for, how often the nearest glyph of the font is of
    that digit, how far that is (root mean square over the pixels), the mean ink, and the Frechet distance to
    the glyphs in the judge's features.
    """
    from . import load

    judge, _ = load("mnist_classifier")
    base, _ = load(SETTINGS["base"])
    train_set, test = glyphs(), glyphs("test")
    real = judge.features(train_set.images)

    def scores(images, labels):
        return [
            metrics.agreement(judge, images, labels), *glyphs_diffusion.nearest(images, labels, train_set),
            images.mean(), metrics.frechet_distance(judge.features(images), real),
        ]  # fmt: skip

    n = model.images.shape[1]
    found, labels = {"held_out": scores(test.images[:n], test.labels[:n])}, torch.arange(n) % 10
    for way in dict.fromkeys(name.split("_")[0] for name in model.names):
        several = [scores(model(name), labels) for name in model.names if name.startswith(way)]
        found[way] = torch.tensor(several, dtype=torch.float64).mean(0).tolist()
    shares = {
        f"share_trained_{way}": lora.share_trained(prepared(way, base, model.rank))
        for way in ("lora", "full", "last")
    }
    return {**shares, **as_metrics(MEASURES, found)}


RECIPES = [
    Recipe(
        name="mnist_lora",
        summary="Handwriting taught one bold font: LoRA's changes, and samples beside two other ways",
        lessons=("17",),
        build=lambda: Adapted(SETTINGS),
        data=glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
