"""Normalising flows of the 8x8 digits, 17 grey levels dequantised, for lesson 09: convolutions, dense layers.

When to stop was chosen on a fifth of the training digits; these are trained on all of them.
"""

import functools

import torch
from torch import nn

from .. import flows, metrics
from .._validate import check_choice
from .digit_classifier import digits
from .recipe import Recipe, Runs, fit

SHAPE, LEVELS = (1, 8, 8), 17
SETTINGS = {
    "seed": 0,
    "runs": 3,
    "grey_levels": LEVELS,
    "alpha": 1e-6,
    "flows": {
        "glow": {
            "net": {"levels": 2, "depth": 4, "width": 32},
            "steps": 2_500, "batch_size": 64, "lr": 2e-3, "weight_decay": 0.03, "ema_decay": 0.995,
        },
        "maf": {
            "net": {"depth": 4, "hidden": [128]},
            "steps": 2_500, "batch_size": 64, "lr": 1e-3, "weight_decay": 0.0, "ema_decay": 0.995,
        },
    },
}  # fmt: skip
NAMES = tuple(SETTINGS["flows"])
N_SAMPLES, FIRST_BATCH = 1_000, 512


def build(settings, name):
    """The untrained flow of images [B, 1, 8, 8] of this name."""
    net = settings["flows"][name]["net"]
    if name == "glow":
        return flows.Glow(SHAPE, **net, alpha=settings["alpha"])
    steps = [flows.Logit(settings["alpha"]), flows.Flatten(SHAPE), flows.ActNorm(64), flows.MAF(64, **net)]
    return flows.Flow(steps, 64)


class DigitsFlows(nn.Module):
    """Flows of digits by name: model("glow") is a flows.Flow of dequantised images [B, 1, 8, 8], seed 0.

    names: "glow" (convolutions) and "maf" (masked dense layers, which do not know which pixels are close);
    test_bits [names, runs]: bits per dimension of held-out digits of every run.
    """

    def __init__(self, settings):
        super().__init__()
        self.names = NAMES
        self.flows = nn.ModuleDict({name: build(settings, name) for name in NAMES})
        self.register_buffer("test_bits", torch.zeros(len(NAMES), settings["runs"]))

    def forward(self, name):
        """The flow of this name. Raises ValueError with the nearest match for another."""
        return self.flows[check_choice("name", name, NAMES)]


def bits(flow, x, generator=None):
    """Bits per dimension of images x [B, 1, 8, 8] in [0, 1], of 17 grey levels, dequantised anew: [B]."""
    y = flows.dequantise((x * (LEVELS - 1)).round(), LEVELS, generator)
    return flows.bits_per_dimension(flow.log_prob(y), y[0].numel(), LEVELS)


@torch.no_grad()
def mean_bits(flow, x, repeats=4):
    """The mean of bits over images and a few fixed dequantisations, a float."""
    generator = torch.Generator().manual_seed(0)
    return float(torch.stack([bits(flow, x, generator).mean() for _ in range(repeats)]).mean())


def run(settings, name, data, seed, seconds=None, progress=False):
    """One training of the flow of this name: its average, in eval mode, and the History."""
    how = {**settings["flows"][name], "seed": seed}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        flow = build(settings, name)
    with torch.no_grad():  # the first batch sets the ActNorms
        bits(flow, data.images[:FIRST_BATCH], torch.Generator().manual_seed(seed))

    def loss(flow, x):
        return bits(flow, x).mean()

    return fit(how, flow, loss, data.images, seconds, progress)


def train(settings, model, data, seconds=None, progress=True):
    """All runs of both flows; the weights of the first are kept, and the bits of all. The model and Runs."""
    held_out, done = digits("test").images, Runs()
    each = None if seconds is None else seconds / (len(NAMES) * settings["runs"])
    for row, name in enumerate(NAMES):
        for number in range(settings["runs"]):
            flow, history = run(settings, name, data, settings["seed"] + number, each, progress)
            done += history
            if done.interrupted:
                return model, done
            model.test_bits[row, number] = mean_bits(flow, held_out)
            if number == 0:
                model.flows[name].load_state_dict(flow.state_dict())
    return model.eval(), done


@torch.no_grad()
def evaluate(model):
    """By flow: bits per dimension of held-out, training and blank images, and how far samples are off."""
    from . import load

    judge, _ = load("digit_classifier")
    test, train_images = digits("test").images, digits().images
    found = {}
    for row, name in enumerate(model.names):
        flow, generator = model(name), torch.Generator().manual_seed(0)
        drawn = flow.sample(N_SAMPLES, generator).clamp(0, 1)
        found |= {
            f"{name}_test_bits_per_dimension": mean_bits(flow, test),
            f"{name}_train_bits_per_dimension": mean_bits(flow, train_images),
            f"{name}_blank_bits_per_dimension": mean_bits(flow, torch.zeros_like(test[:100])),
            f"{name}_frechet_distance": metrics.frechet_distance(
                judge.features(drawn), judge.features(train_images)
            ),
        }
        found |= {f"{name}_test_bits_of_run_{r}": float(b) for r, b in enumerate(model.test_bits[row])}
    return found


RECIPES = [
    Recipe(
        name="digits_flows",
        summary="Normalising flows of 8x8 digits, dequantised: a small Glow and a MAF",
        lessons=("09",),
        build=lambda: DigitsFlows(SETTINGS),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
