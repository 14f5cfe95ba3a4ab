"""Samples of digits by guidance scale, with a classifier and without one, several seeds each, for lesson 14.

Each seed trains a conditional diffusion model and a classifier of noisy digits, then samples at every scale
from the same noise for the same labels. Not weights but samples are kept, so that the lesson can judge them
itself. The classifier that guides is none of those that judge.
"""

import functools

import torch
from torch.nn import functional as F

from .. import diffusion, metrics
from .._validate import check_choice
from ..diffusion import guidance
from . import digits_diffusion
from .recipe import Recipe, Runs, Samples, as_metrics, fit

SCALES = {
    "classifier_free": [0, 0.5, 1, 1.1, 1.25, 1.5, 2, 3, 4, 6, 9],
    "classifier": [1, 2, 4, 8, 16, 32],
}
SETTINGS = {
    "seed": 0,
    "seeds": 5,
    "samples": 500,
    "scales": SCALES,
    "sampler": "DDIM, 25 steps",
    "net": {
        **{name: digits_diffusion.SETTINGS[name] for name in ("width", "multipliers", "schedule")},
        "prediction_type": "v_prediction",
        "label_dropout": 0.2,
        "dropout": 0.1,
        "steps": 1_000,
        "batch_size": 64,
        "lr": 2e-3,
        "ema_decay": 0.99,
    },
    "guide": {"width": 16, "dropout": 0.1, "steps": 600, "batch_size": 64, "lr": 2e-3, "ema_decay": 0.99},
}
SAMPLING_STEPS = 25
MEASURES = ("read_as_asked", "precision", "recall", "distance")


class GuidedSamples(Samples):
    """Generated digits by method and scale.

    images: uint8 [rows, seeds, N, 1, 8, 8]; image i of N was asked to be the digit i % 10. scales:
    {"classifier_free": (...), "classifier": (...)}, those that can be asked for, ascending.
    """

    def __init__(self, scales, seeds, n):
        super().__init__([row(method, s) for method, several in scales.items() for s in several], seeds, n)
        self.scales = {method: tuple(sorted({0, *several})) for method, several in scales.items()}

    def forward(self, method, scale):
        """The samples of a method at a scale, float32 [seeds, N, 1, 8, 8] in [0, 1].

        Scale 0 is the model that is not told the label, the same for both methods. ValueError for another
        method, or a scale that was not sampled.
        """
        several = self.scales[check_choice("method", method, self.scales)]
        if scale not in several:
            raise ValueError(f"scale must be one of {', '.join(map(str, several))}; got {scale!r}.")
        return super().forward(row(method if scale else "classifier_free", scale))


def row(method, scale):
    """The name of a row of samples: the method and the scale."""
    return f"{method}_{scale:g}"


def noisy_cross_entropy(model, x, y):
    """The loss of a classifier of noisy digits: x [B, 1, 8, 8] in [0, 1], y [B], each at a random step."""
    schedule = digits_diffusion.schedule()
    t = torch.randint(len(schedule), (len(y),), device=y.device)
    return F.cross_entropy(model(schedule.add_noise(2 * x - 1, torch.randn_like(x), t), t), y)


def train_pair(settings, data, seed, seconds=None, progress=True):
    """The network and the classifier of one seed, both averaged, in eval mode, and their Runs."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = digits_diffusion.build(settings["net"])
        how = settings["guide"]
        guide = diffusion.NoisyClassifier(width=how["width"], dropout=how["dropout"])
    net, history = digits_diffusion.train({**settings["net"], "seed": seed}, net, data, seconds, progress)
    shown = data.images, data.labels
    guide, guided = fit({**how, "seed": seed}, guide, noisy_cross_entropy, shown, seconds, progress)
    return net, guide, Runs() + history + guided


def sample(settings, net, guide, seed):
    """Every row from the same noise for the same labels: uint8 [rows, N, 1, 8, 8]."""
    schedule, n = digits_diffusion.schedule(), settings["samples"]
    y, prediction = torch.arange(n) % 10, settings["net"]["prediction_type"]
    log_prob = guidance.class_log_prob(guide, y)
    models = [guidance.classifier_free(net, y, s) for s in settings["scales"]["classifier_free"]]
    for s in settings["scales"]["classifier"]:
        models.append(guidance.classifier_guided(net, log_prob, schedule, s, prediction))
    start = torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(10_000 + seed))
    images = [
        diffusion.samplers.ddim(
            model, schedule, start.shape, x_T=start, num_inference_steps=SAMPLING_STEPS,
            prediction_type=prediction, clip=(-1, 1),
        )
        for model in models
    ]  # fmt: skip
    return (255 * (torch.stack(images) + 1) / 2).round().clamp(0, 255).to(torch.uint8)


def train(settings, model, data, seconds=None, progress=True):
    """Train and sample with every seed; seconds is shared out. Returns the GuidedSamples and the Runs."""
    each = None if seconds is None else seconds / (2 * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        net, guide, done = train_pair(settings, data, seed, each, progress)
        runs += done
        if runs.interrupted:
            break
        model.images[:, seed] = sample(settings, net, guide, seed)
    return model, runs


@torch.no_grad()
def evaluate(model):
    """For each row: how it is read by the judge, precision, recall (k = 3) and Frechet distance.

    Means over seeds, against the training digits, in the features of digit_classifier; beside them what
    held-out digits get.
    """
    from .. import data
    from . import load

    judge, _ = load("digit_classifier")
    real = judge.features(digits_diffusion.digits().images)

    def scores(images, labels):
        features = judge.features(images)
        precision_recall = metrics.precision_recall(real, features, k=3)
        distance = metrics.frechet_distance(features, real)
        return [metrics.agreement(judge, images, labels), *precision_recall, distance]

    test, labels = data.load("digits", split="test"), torch.arange(model.images.shape[2]) % 10
    found = {"held_out": scores(test.images, test.labels)}
    for method, several in model.scales.items():
        for scale in several:
            rows = [scores(images, labels) for images in model(method, scale)]
            found[row(method, scale)] = torch.tensor(rows, dtype=torch.float64).mean(0).tolist()
    return as_metrics(MEASURES, found)


RECIPES = [
    Recipe(
        name="digits_guidance",
        summary="Samples of digits by guidance scale, with a classifier and without, five seeds each",
        lessons=("14",),
        build=lambda: GuidedSamples(SCALES, SETTINGS["seeds"], SETTINGS["samples"]),
        data=digits_diffusion.digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
