"""The network of digits_diffusion as a flow, for lesson 16.

It is trained on the straight path, with the same data, labels hidden as often, and the same optimiser.
"""

import functools

import torch

from .. import flow_matching, metrics
from ..diffusion.guidance import drop_labels
from . import digits_diffusion
from .recipe import Recipe, fit

SETTINGS = {
    **{name: value for name, value in digits_diffusion.SETTINGS.items() if name != "schedule"},
    "path": "linear",
    "times": "uniform",
    "prediction_type": "velocity",
}
N_SAMPLES, SAMPLING_STEPS = 1_000, 25


def build(settings):
    """The untrained flow: the network of digits_diffusion, told a time in [0, 1]."""
    return flow_matching.FlowNet(digits_diffusion.build(settings))


def train(settings, model, data, seconds=None, progress=True):
    """Fit to the lines between noise and data, some of the labels hidden; keep the average of the weights."""
    matching = flow_matching.matching_loss()

    def loss(model, x, y):
        return matching(model, 2 * x - 1, drop_labels(y, model.classes, settings["label_dropout"]))

    return fit(settings, model, loss, (data.images, data.labels), seconds, progress)


def draw(model, start, labels, calls):
    """One image in [0, 1] for each noise [N, 1, 8, 8] and label [N], by so many Euler steps, unguided."""
    told = functools.partial(model, y=labels)
    x = flow_matching.sample(told, start.shape, x=start, steps=calls)
    return ((x + 1) / 2).clamp(0, 1)


@torch.no_grad()
def held_out_error(model, data, repeats=8):
    """The mean squared error of the velocity for held-out images, each at `repeats` stratified times."""
    path, squared, x1 = flow_matching.Path.linear(), [], 2 * data.images - 1
    generator = torch.Generator().manual_seed(0)
    for repeat in range(repeats):
        t = (torch.randperm(len(x1), generator=generator) + (repeat + 0.5) / repeats) / len(x1)
        noise = torch.randn(x1.shape, generator=generator)
        out = model(path.interpolate(noise, x1, t), t, data.labels)
        squared.append((out - path.velocity(noise, x1, t)).square().mean())
    return torch.stack(squared).mean()


def evaluate(model):
    """How the samples are read, how far they are from real digits, and the error on held-out digits."""
    from . import load

    judge, _ = load("digit_classifier")
    labels = torch.arange(N_SAMPLES) % 10
    start = torch.randn(N_SAMPLES, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    images = draw(model, start, labels, SAMPLING_STEPS)
    with torch.no_grad():
        features = [judge.features(x) for x in (images, digits_diffusion.digits().images)]
    return {
        "read_as_asked": metrics.agreement(judge, images, labels),
        "frechet_distance": metrics.frechet_distance(*features),
        "test_error_of_velocity": held_out_error(model, digits_diffusion.digits("test")),
    }


RECIPES = [
    Recipe(
        name="digits_flow",
        summary="Flow matching model of digits, with labels and without",
        lessons=("16",),
        build=functools.partial(build, SETTINGS),
        data=digits_diffusion.digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    ),
]
