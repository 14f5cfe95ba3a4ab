"""Diffusion of glyphs in their pixels and in a code, at equal seconds of training, for lesson 17.

A U-Net in the pixels, and three networks in the code kl_4 of glyphs_codes: a U-Net, a transformer (DiT) and a
transformer with long skips, which do nearly the same work a call. Each is trained for as many steps as it
makes in the seconds of a budget, by the time of a step that was measured once (one thread of a busy machine,
all four in turn), and is looked at three times.
What is kept is what the judge of glyphs sees and reads in the samples, so that the lesson can measure them.
"""

import functools

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from .. import diffusion, metrics, training, vae
from .._validate import check_choice
from ..diffusion import DiT
from ..diffusion.unet import UNet
from . import digits_diffusion, glyphs_codes
from .recipe import Recipe, Runs, as_metrics

PIXELS = "pixels"
TRANSFORMER = {"patch": 1, "width": 64, "depth": 4, "heads": 4}
NETWORKS = {
    PIXELS: {"width": 16, "multipliers": [1, 2, 2]},
    "code_unet": {"width": 48, "multipliers": [1]},
    "code_dit": TRANSFORMER,
    "code_dit_skips": {**TRANSFORMER, "long_skips": True},
}
SETTINGS = {
    "n": glyphs_codes.N_TRAIN,
    "seed": 0,
    "seeds": 3,
    "networks": NETWORKS,
    "code": "kl_4",
    "schedule": "cosine, 1,000 steps",
    "prediction_type": "v_prediction",
    "batch_size": 32,
    "lr": 2e-3,
    "ema_decay": 0.97,
    "seconds": [10, 20, 40],
    "work": {
        PIXELS: {"steps": 374, "milliseconds_a_step": 107, "seconds_for_1000_samples": 30.3},
        "code_unet": {"steps": 1111, "milliseconds_a_step": 36, "seconds_for_1000_samples": 9.7},
        "code_dit": {"steps": 702, "milliseconds_a_step": 57, "seconds_for_1000_samples": 15.7},
        "code_dit_skips": {"steps": 667, "milliseconds_a_step": 60, "seconds_for_1000_samples": 16.0},
    },
    "samples": 300,
    "sampling_steps": 25,
}
MEASURES = ("distance", "digit_as_asked")
FEATURES, SHOWN = 64, 10  # of the judge; images of each look that are kept


class LatentRace(nn.Module):
    """What the judge saw in samples, by network; S seeds, 3 looks after `seconds` of training, N samples.

    Image i of N was asked to be the digit i % 10. names: the networks. features(name): [S, 3, N, 64];
    digits(name): which were read, int64 [S, 3, N]; images(name): the first ten of seed 0, [3, 10, 1, 28, 28].
    """

    def __init__(self, names, seconds, seeds, n):
        super().__init__()
        self.names, self.seconds = tuple(names), tuple(seconds)
        shape = len(self.names), seeds, len(self.seconds), n
        self.register_buffer("seen", torch.zeros(*shape, FEATURES))
        self.register_buffer("read", torch.zeros(shape, dtype=torch.uint8))
        shown = shape[0], shape[2], min(n, SHOWN), *glyphs_codes.IN_SHAPE
        self.register_buffer("shown", torch.zeros(shown, dtype=torch.uint8))

    def _place(self, name):
        return self.names.index(check_choice("name", name, self.names))

    def features(self, name):
        """The judge's features of the samples of a network, [S, 3, N, 64]. ValueError for another name."""
        return self.seen[self._place(name)]

    def digits(self, name):
        """The digits that the judge read, int64 [S, 3, N]."""
        return self.read[self._place(name)].long()

    def images(self, name):
        """The first ten samples of seed 0 at each look, float32 [3, 10, 1, 28, 28] in [0, 1]."""
        return self.shown[self._place(name)].float() / 255


def build(settings):
    """The empty study of the settings."""
    return LatentRace(settings["networks"], settings["seconds"], settings["seeds"], settings["samples"])


def space(settings):
    """The LatentSpace in which the networks of a code work."""
    from . import load

    return load("glyphs_codes")[0].space(settings["code"])


def network(settings, name, seed=0):
    """An untrained network of the settings, with the digits as its labels."""
    told = settings["networks"][name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if "patch" in told:
            return DiT(shape(name), classes=10, **told)
        return UNet(shape(name)[0], told["width"], tuple(told["multipliers"]), classes=10)


def shape(name):
    """(C, H, W) of what a network makes."""
    return glyphs_codes.IN_SHAPE if name == PIXELS else (4, 7, 7)


def looks(settings, name):
    """After how many steps a network is looked at: as many as it makes in the seconds of each budget."""
    work = settings["work"][name]
    return [min(work["steps"], round(1000 * s / work["milliseconds_a_step"])) for s in settings["seconds"]]


def denoising(settings, name, space):
    """loss(net, x, y) for a network, on pixels or on draws of their code: a scalar."""
    loss = diffusion.denoising_loss(digits_diffusion.schedule(), settings["prediction_type"])
    if name == PIXELS:
        return lambda net, x, y: loss(net, 2 * x - 1, y)
    return lambda net, mean, logvar, y: loss(net, space.scale * vae.reparameterise(mean, logvar), y)


@torch.no_grad()
def sample(settings, name, net, space, n, seed=0):
    """n glyphs in [0, 1] by DDIM, [n, 1, 28, 28]; image i is asked to be the digit i % 10."""
    made = diffusion.samplers.ddim(
        functools.partial(net, y=torch.arange(n) % 10), digits_diffusion.schedule(), (n, *shape(name)),
        num_inference_steps=settings["sampling_steps"], prediction_type=settings["prediction_type"],
        clip=(-1, 1) if name == PIXELS else None, generator=torch.Generator().manual_seed(40_000 + seed),
    )  # fmt: skip
    return ((made + 1) / 2).clamp(0, 1) if name == PIXELS else space.decode(made)


def run(settings, name, seed, data, space, seconds=None, progress=False):
    """Train a network from one seed: its samples at each look, [3, N, 1, 28, 28], and the History.

    seconds: less time than the settings' steps take; looks that were not reached are zeros.
    """
    net, wanted = network(settings, name, seed), looks(settings, name)
    tensors = (data.images,) if name == PIXELS else coded(space, data.images)
    average, history = training.WeightAverage(net, settings["ema_decay"]), training.History()
    update = training.gradient_step(
        net, denoising(settings, name, space), training.adamw(net, settings["lr"]), average
    )
    samples = torch.zeros(len(wanted), settings["samples"], *glyphs_codes.IN_SHAPE)
    budget = {"steps": wanted[-1]} if seconds is None else {"seconds": seconds}
    for done in training.steps(
        update, (*tensors, data.labels), **budget, batch_size=settings["batch_size"], seed=seed,
        device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        for look in (i for i, count in enumerate(wanted) if count == done):
            kept = average.model.eval()
            samples[look] = sample(settings, name, kept, space, settings["samples"], seed)
    return samples, history


@torch.no_grad()
def coded(space, images):
    """Mean and logvar of the codes of images, unscaled, each [N, 4, 7, 7]."""
    parts = [space.autoencoder.encode(part) for part in images.split(1000)]
    return tuple(torch.cat(part) for part in zip(*parts, strict=True))


@torch.no_grad()
def train(settings, model, data, seconds=None, progress=True):
    """Every network from every seed: the LatentRace, and the Runs."""
    from . import load

    judge, code, runs = load("glyphs_judge")[0], space(settings), Runs()
    each = None if seconds is None else seconds / (len(model.names) * settings["seeds"])
    for row, name in enumerate(model.names):
        for seed in range(settings["seeds"]):
            with torch.enable_grad():
                samples, history = run(settings, name, seed, data, code, each, progress)
            runs += history
            if runs.interrupted:
                return model, runs
            for look, images in enumerate(samples):
                model.seen[row, seed, look] = judge.features(images)
                model.read[row, seed, look] = judge.read(images)["digit"].byte()
            if seed == 0:
                model.shown[row] = (255 * samples[:, :SHOWN]).round().byte()
    return model, runs


@torch.no_grad()
def flops(settings, name):
    """Floating-point operations of one call for one image, an int: two for each product of a matrix."""
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:  # as it is counted
        network(settings, name)(torch.zeros(1, *shape(name)), torch.zeros(1, dtype=torch.int64))
    return counter.get_total_flops()


@torch.no_grad()
def evaluate(model):
    """For each network and look, means over seeds: Frechet's distance, and how often the digit is as asked.

    The distance is to held-out glyphs, in the judge's features; that of as many training glyphs is its least.
    """
    from . import load

    judge = load("glyphs_judge")[0]
    real, wanted = (judge.features(glyphs_codes.glyphs(split).images[:2_000]) for split in ("train", "test"))
    n = model.seen.shape[3]
    found, labels = (
        {"distance_of_true_glyphs": metrics.frechet_distance(real[:n], wanted)},
        torch.arange(n) % 10,
    )
    for name in model.names:
        found[f"flops_{name}"] = flops(SETTINGS, name)
        found[f"weights_{name}"] = sum(weight.numel() for weight in network(SETTINGS, name).parameters())
        for look, seconds in enumerate(model.seconds):
            seeds = model.features(name)[:, look]
            distance = sum(metrics.frechet_distance(x, wanted) for x in seeds) / len(seeds)
            asked = (model.digits(name)[:, look] == labels).double().mean()
            found |= as_metrics(MEASURES, {f"{name}_{seconds}": (distance, asked)})
    return found


RECIPES = [
    Recipe(
        name="latent_race",
        summary="Diffusion of glyphs in pixels and in a code at equal seconds, three seeds each",
        lessons=("17",),
        build=functools.partial(build, SETTINGS),
        data=glyphs_codes.glyphs,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
