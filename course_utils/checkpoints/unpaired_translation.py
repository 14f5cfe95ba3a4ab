"""CycleGANs for lesson 07, each with the cycle loss and without: glasses put on, hair made grey, real digits.

Both directions are trained, `there` from the first kind of images to the second and `back`. Source: Zhu et
al. 2017.
"""

import functools

import torch
from torch import nn

from .. import gan, metrics
from ..gan.translating import cycle_round
from ..gan.translation import ImagePool, Translator
from .glyphs_refiner import glyphs
from .image_translation import adam, alike, discriminator, patches, play
from .mnist_classifier import digits
from .recipe import Recipe, Runs

N_TEST = 2_000
NOISE = 0.02  # added to a translated image before its way back
GREY = 5  # index of grey hair
SETTINGS = {
    "seed": 0,
    "channels": 3,
    "width": 12,
    "blocks": 2,
    "residual": True,
    "d": "patch",
    "d_width": 24,
    "d_norm": "instance",
    "losses": "lsgan",
    "cycle": {"with": 10.0, "without": 0.0},
    "identity": 2.0,
    "pool": 50,
    "steps": 1_000,
    "batch_size": 8,
    "lr": 1e-3,
    "d_lr": 1e-3,
    "beta1": 0.5,
    "ema_decay": 0.99,
}
GLASSES = SETTINGS | {"n": 6_000}
AGEING = SETTINGS | {"n": 12_000}
DIGITS = SETTINGS | {
    "n": 4_000,
    "channels": 1,
    "d": "image",  # most patches of a digit are black, in both kinds
    "d_norm": "none",
    "losses": "non_saturating",
    "cycle": {"with": 3.0, "without": 0.0},
    "identity": 0.0,
    "steps": 1_500,
}


def faces(n, split="train"):
    """ImageData of n faces."""
    from .. import data

    return data.load("faces", split=split, n=n, seed=3)


def by_glasses(faces):
    """Two masks [N] of faces: those without glasses, and those with them."""
    return faces.factors["glasses"] == 0, faces.factors["glasses"] == 1


def by_hair(faces):
    """Two masks [N] of faces: those whose hair has a colour, and those whose hair is grey."""
    return faces.factors["hair"] != GREY, faces.factors["hair"] == GREY


def build(settings):
    """ModuleDicts "with" and "without" the cycle loss, each of two untrained nets, "there" and "back"."""
    shape = [settings[name] for name in ("channels", "channels", "width", "blocks", "residual")]
    names = [(name, way) for name in settings["cycle"] for way in ("there", "back")]
    nets = alike({"_".join(name): Translator(*shape) for name in names})
    return nn.ModuleDict({
        name: nn.ModuleDict({way: nets[f"{name}_{way}"] for way in ("there", "back")})
        for name in settings["cycle"]
    })  # fmt: skip


def critic(settings, seed):
    """An untrained discriminator of patches, or of whole 28x28 images, from a seed of its own."""
    if settings["d"] == "patch":
        return discriminator(settings, settings["channels"], seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return gan.ImageDiscriminator(28, settings["channels"], settings["d_width"], settings["d_norm"])


def train(settings, apart, nets, data, seconds=None, progress=True):
    """Play both games from the same start, on the same images; keep the averages of the generators.

    apart(data) -> the two kinds of images, unpaired.
    """
    x, y = apart(data)
    n, runs = min(len(x), len(y)), Runs()
    for name, cycle in settings["cycle"].items():
        there, back = nets[name]["there"].train(), nets[name]["back"].train()
        D_x, D_y = (critic(settings, seed) for seed in (1, 2))
        update = cycle_round(
            there, back, D_x, D_y, gan.losses[settings["losses"]], adam(settings, there, back),
            adam(settings, D_x, D_y, rate="d_lr"), [ImagePool(settings["pool"]) for _ in range(2)],
            cycle, settings["identity"],
        )  # fmt: skip
        each = None if seconds is None else seconds / len(nets)
        nets[name], history = play(settings, nets[name], update, (x[:n], y[:n]), each, progress)
        runs += history
        if runs.interrupted:
            break
    return nets, runs


def parted(masks, data):
    """The two kinds of images of ImageData, by two masks of it."""
    return tuple(data.images[mask] for mask in masks(data))


def real_beside(data):
    """Glyphs, and real digits; their labels do not go together."""
    return data.images, digits().images


@torch.no_grad()
def returned(pair, x, noise=0.0, seed=0):
    """back(there(x) + noise) of x [B, C, H, W], the noise of that deviation, seeded; kept in [0, 1]."""
    made = pair["there"](x)
    generator = torch.Generator().manual_seed(seed)
    return pair["back"]((made + noise * torch.randn(made.shape, generator=generator)).clamp(0, 1))


@torch.no_grad()
def ways(nets, x):
    """{"cycle_error_NAME", "cycle_error_noise_NAME", "moved_NAME"} of both trained pairs on images x.

    The mean absolute difference a pixel after both ways, the same with noise of deviation NOISE added in
    between, and after the way there alone.
    """
    found = {}
    for name, pair in nets.items():
        found |= {
            f"cycle_error_{name}": (returned(pair, x) - x).abs().mean(),
            f"cycle_error_noise_{name}": (returned(pair, x, NOISE) - x).abs().mean(),
            f"moved_{name}": (pair["there"](x) - x).abs().mean(),
        }
    return found


def factors_kept(read, factors, kept):
    """{"kept_FACTOR", "error_of_FACTOR"}: what the judge reads against the factors that images came with.

    For hair and glasses the share read rightly, for a number the mean error in its own units.
    """
    found = {}
    for name in kept:
        if name == "hair":
            found["kept_hair"] = (read["hair"] == factors["hair"]).double().mean()
        elif name == "glasses":
            found["kept_glasses"] = ((read["glasses"] > 0.5) == factors["glasses"].bool()).double().mean()
        else:
            found[f"error_of_{name}"] = (read[name] - factors[name]).abs().mean()
    return found


@torch.no_grad()
def evaluate_faces(masks, changed, kept, nets):
    """Of held-out faces, for both pairs of nets: the share read as what was wanted, both ways; what was kept.

    changed: the factor that the kinds differ in, "hair" or "glasses"; returned: the share of faces in which
    it is read rightly after both ways, and after some noise in between. kept: factors that ought to stay;
    "untouched" is the judge's own error on the faces before. The rest: see ways.
    """
    from . import load

    judge, held_out = load("faces_judge")[0], faces(N_TEST, "test")
    of_x, of_y = masks(held_out)
    x, y = held_out.images[of_x], held_out.images[of_y]
    factors = {name: value[of_x] for name, value in held_out.factors.items()}
    found = {f"{what}_untouched": value for what, value in factors_kept(judge.read(x), factors, kept).items()}
    for name, pair in nets.items():
        read = judge.read(pair["there"](x))
        found[f"there_{name}"] = ARRIVED[changed](read).double().mean()
        found[f"back_{name}"] = 1 - ARRIVED[changed](judge.read(pair["back"](y))).double().mean()
        for what, noise in (("returned", 0.0), ("returned_noise", NOISE)):
            after = factors_kept(judge.read(returned(pair, x, noise)), factors, [changed])
            found[f"{what}_{name}"] = after[f"kept_{changed}"]
        found |= {f"{what}_{name}": value for what, value in factors_kept(read, factors, kept).items()}
    return found | ways(nets, x)


@torch.no_grad()
def evaluate_digits(nets):
    """Of held-out digits, for both pairs of nets: is the label kept, do strokes look real?

    kept_label: the share of translated glyphs that the judge of real digits reads as their glyphs' labels,
    "untouched" of the glyphs themselves; distance: Frechet distance of patches of 5 x 5 pixels to those of
    real digits. The rest: see ways.
    """
    from . import load

    judge, x, real = load("mnist_classifier")[0], glyphs("test"), digits("test")
    looks = patches(real.images)
    made = {"untouched": x.images} | {name: pair["there"](x.images) for name, pair in nets.items()}
    found = {}
    for name, images in made.items():
        found[f"kept_label_{name}"] = metrics.agreement(judge, images, x.labels)
        found[f"distance_{name}"] = metrics.frechet_distance(patches(images), looks)
    return found | ways(nets, x.images)


def wears_glasses(read):
    """Where the judge reads glasses: bool [B]."""
    return read["glasses"] > 0.5


def is_grey(read):
    """Where the judge reads grey hair: bool [B]."""
    return read["hair"] == GREY


ARRIVED = {"glasses": wears_glasses, "hair": is_grey}
KEPT = ("smile", "turn", "skin", "hair_length")


def _recipe(name, summary, settings, data, apart, evaluate):
    return Recipe(
        name=name,
        summary=summary,
        lessons=("07",),
        build=functools.partial(build, settings),
        data=data,
        train=functools.partial(train, settings, apart),
        evaluate=evaluate,
        settings=settings,
        dtype="float16",
    )


RECIPES = [
    _recipe(
        "faces_glasses", "Glasses put on faces and taken off, with the cycle loss and without", GLASSES,
        functools.partial(faces, GLASSES["n"]), functools.partial(parted, by_glasses),
        functools.partial(evaluate_faces, by_glasses, "glasses", ("hair", *KEPT)),
    ),
    _recipe(
        "faces_ageing", "Hair made grey and coloured again, with the cycle loss and without", AGEING,
        functools.partial(faces, AGEING["n"]), functools.partial(parted, by_hair),
        functools.partial(evaluate_faces, by_hair, "hair", ("glasses", *KEPT)),
    ),
    _recipe(
        "digits_cyclegan", "Rendered digits and real ones, with the cycle loss and without", DIGITS,
        glyphs, real_beside, evaluate_digits,
    ),
]  # fmt: skip
