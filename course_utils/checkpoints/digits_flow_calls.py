"""Samples of digits by a flow and by a diffusion model, at equal training and equal calls, for lesson 16.

Each seed trains the network of digits_diffusion twice from the same first weights, as a flow and to predict
v, then samples at every number of calls from the same noise for the same labels. Not weights but samples are
kept, so that the lesson can judge them itself.
"""

import functools

import torch

from .. import diffusion, flow_matching, metrics
from . import digits_diffusion, digits_flow
from .recipe import Recipe, Runs, Samples, as_metrics

METHODS, CALLS = ("flow", "diffusion"), (5, 10, 20, 50)
STUDY = {
    "seed": 0,
    "seeds": 3,
    "samples": 300,
    "calls": list(CALLS),
    "samplers": {"flow": "Euler", "diffusion": "DDIM, the guess of x_0 cut to [-1, 1]"},
    "net": {
        **{name: digits_flow.SETTINGS[name] for name in ("width", "multipliers", "label_dropout", "dropout")},
        "steps": 500,
        "batch_size": 64,
        "lr": 2e-3,
        "ema_decay": 0.99,
    },
}
MEASURES = ("read_as_asked", "distance")


def row(method, calls):
    """The name of a row of samples: "flow, 5 calls"."""
    return f"{method}, {calls} calls"


ROWS = [row(method, calls) for method in METHODS for calls in CALLS]


def draw_by_diffusion(model, start, labels, calls):
    """The same as digits_flow.draw of a diffusion model of digits_diffusion, by so many DDIM steps."""
    x = diffusion.samplers.ddim(
        functools.partial(model, y=labels), digits_diffusion.schedule(), start.shape, x_T=start,
        num_inference_steps=calls, prediction_type="v_prediction", clip=(-1, 1),
    )  # fmt: skip
    return ((x + 1) / 2).clamp(0, 1)


def train_pair(settings, data, seed, seconds=None, progress=True):
    """The flow and the diffusion model of one seed, both averaged, in eval mode, and their Runs."""
    how = {**settings["net"], "seed": seed}
    nets = []
    for _ in METHODS:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)  # the same first weights for both
            nets.append(digits_diffusion.build(how))
    flow, first = digits_flow.train(how, flow_matching.FlowNet(nets[0]), data, seconds, progress)
    how["prediction_type"] = "v_prediction"
    denoiser, second = digits_diffusion.train(how, nets[1], data, seconds, progress)
    return flow, denoiser, Runs() + first + second


def sample(settings, flow, denoiser, seed):
    """Every row from the same noise for the same labels: uint8 [rows, N, 1, 8, 8]."""
    n = settings["samples"]
    labels = torch.arange(n) % 10
    start = torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(10_000 + seed))
    images = [digits_flow.draw(flow, start, labels, calls) for calls in settings["calls"]]
    images += [draw_by_diffusion(denoiser, start, labels, calls) for calls in settings["calls"]]
    return (255 * torch.stack(images)).round().to(torch.uint8)


def train(settings, model, data, seconds=None, progress=True):
    """Train and sample with every seed; seconds is shared out. Returns the Samples and the Runs."""
    each = None if seconds is None else seconds / (2 * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        flow, denoiser, done = train_pair(settings, data, seed, each, progress)
        runs += done
        if runs.interrupted:
            break
        model.images[:, seed] = sample(settings, flow, denoiser, seed)
    return model, runs


@torch.no_grad()
def evaluate(model):
    """For each row: how it is read by the judge, and the Frechet distance to the training digits.

    Means over seeds, in the features of digit_classifier; beside them what held-out digits get.
    """
    from . import load

    judge, _ = load("digit_classifier")
    real = judge.features(digits_diffusion.digits().images)

    def scores(images, labels):
        distance = metrics.frechet_distance(judge.features(images), real)
        return [metrics.agreement(judge, images, labels), distance]

    test, labels = digits_diffusion.digits("test"), torch.arange(model.images.shape[2]) % 10
    found = {"held_out": scores(test.images, test.labels)}
    for name in model.names:
        rows = [scores(images, labels) for images in model(name)]
        found[name] = torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    return as_metrics(MEASURES, found)


RECIPES = [
    Recipe(
        name="digits_flow_calls",
        summary="Samples of digits by flow and by diffusion, by calls of the network, three seeds each",
        lessons=("16",),
        build=lambda: Samples(ROWS, STUDY["seeds"], STUDY["samples"]),
        data=digits_diffusion.digits,
        train=functools.partial(train, STUDY),
        evaluate=evaluate,
        settings=STUDY,
    ),
]
