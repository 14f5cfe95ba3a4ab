"""What a discriminator of K + 1 classes makes of 50 labels, beside a classifier alone, for lesson 07.

Kept are the class logits of each net on the test digits, so that the lesson can compute accuracies itself,
and a few samples of the generators.
"""

import functools
import math

import torch
from torch import nn
from torch.nn import functional as F

from .. import gan, training
from .._validate import check_choice
from ..gan import conditional, label_losses, tricks
from .recipe import Recipe, Runs, budget

GAMES = ("gan", "feature_matching")  # the rows with a generator
ROWS = ["alone", *GAMES, "all_labels"]
N_LABELS, N_TEST = 50, 355
SETTINGS = {
    "seed": 0,
    "seeds": 6,
    "labels": N_LABELS,
    "samples": 100,
    "steps": 600,
    "batch_size": 64,
    "latent_dim": 16,
    "width": 16,
    "g_lr": 1e-3,
    "d_lr": 1e-3,
    "beta1": 0.5,
    "dropout": 0.2,
    "ema_decay": 0.99,
    "rows": ROWS,
}


def digits(split="train"):
    """ImageData of the grey 8x8 digits."""
    from .. import data

    return data.load("digits", split=split)


def labelled(settings, seed):
    """The labelled images of one seed, five of each digit, drawn anew."""
    from .. import data

    return data.load("digits", n=settings["labels"], seed=seed)


class FewLabels(nn.Module):
    """Class logits on the test digits, [rows, seeds, T, 10], and samples of the rows with a generator.

    Called with a row's name it gives that row's logits, [seeds, T, 10], of the net with averaged weights.
    images: uint8 [rows, seeds, N, 1, 8, 8]; black in rows without a generator.
    """

    def __init__(self, names, seeds, n_test, n):
        super().__init__()
        self.names = tuple(names)
        self.register_buffer("logits", torch.zeros(len(names), seeds, n_test, 10))
        self.register_buffer("images", torch.zeros(len(names), seeds, n, 1, 8, 8, dtype=torch.uint8))

    def forward(self, name):
        """The logits of a row by its name, [seeds, T, 10]. ValueError for another name."""
        check_choice("name", name, self.names)
        return self.logits[self.names.index(name)]


def build(settings):
    """The empty study of the settings."""
    return FewLabels(settings["rows"], settings["seeds"], N_TEST, settings["samples"])


def players(settings, seed):
    """G and the class net of one run, seeded; the net is the same in every row."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        G = gan.initialise(gan.ImageGenerator(settings["latent_dim"], width=settings["width"]))
        D = conditional.ClassDiscriminator(width=settings["width"], dropout=settings["dropout"])
        return G, D


def alone(settings, D, known, average):
    """update(x, y) for training.steps: cross-entropy on a batch of the known, images and labels, alone."""
    optimizer = torch.optim.Adam(D.parameters(), settings["d_lr"], (settings["beta1"], 0.999))

    def update(x, y):
        images, labels = draw(known, len(x))
        loss = F.cross_entropy(D(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update()
        return loss.detach()

    return update


def play(settings, G, D, known, average, matching):
    """update(x, y) for training.steps: K + 1 classes, labels only for the known; y is never looked at.

    matching: G's loss is feature matching; else -E log D(G(z)).
    """
    betas = (settings["beta1"], 0.999)
    g_optimizer = torch.optim.Adam(G.parameters(), settings["g_lr"], betas)
    d_optimizer = torch.optim.Adam(D.parameters(), settings["d_lr"], betas)
    g_loss_of = gan.losses["non_saturating"].g_loss

    def update(x, y):
        images, labels = draw(known, len(x))
        z = torch.randn(2, len(x), settings["latent_dim"])
        with torch.no_grad():
            fake = G(z[0])
        supervised, unsupervised = label_losses.k_plus_one(D(images), labels, D(x), D(fake))
        d_optimizer.zero_grad()
        (supervised + unsupervised).backward()
        d_optimizer.step()
        D.requires_grad_(False)
        fake = G(z[1])
        if matching:
            g_loss = tricks.feature_matching(D, x, fake)
        else:
            g_loss = g_loss_of(label_losses.k_plus_one_logit(D(fake)))
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        D.requires_grad_(True)
        average.update()
        return supervised.detach(), {"unsupervised": unsupervised.detach(), "g_loss": g_loss.detach()}

    return update


def draw(known, n):
    """n random images and labels of an ImageData, some twice where it is small."""
    index = torch.randint(len(known), (n,))
    return known.images[index], known.labels[index]


@torch.no_grad()
def run(settings, name, data, seed, seconds=None, progress=False):
    """One run of one row: test logits [T, 10], samples uint8 [N, 1, 8, 8], and the History."""
    G, D = players(settings, seed)
    known = data if name == "all_labels" else labelled(settings, seed)
    average, history = training.WeightAverage(D, settings["ema_decay"]), training.History()
    G.train(), D.train()
    if name in GAMES:
        update = play(settings, G, D, known, average, matching=name == "feature_matching")
    else:
        update = alone(settings, D, known, average)
    with torch.enable_grad():
        for _ in training.steps(
            update, (data.images, data.labels), **budget(settings, seconds), seed=seed, device="cpu",
            batch_size=settings["batch_size"], history=history, progress=progress,
        ):  # fmt: skip
            pass
    logits = average.model.eval()(digits("test").images)
    images = torch.zeros(settings["samples"], 1, 8, 8)
    if name in GAMES:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(10_000 + seed)
            images = G.eval()(torch.randn(settings["samples"], settings["latent_dim"]))
    return logits, (255 * images).round().to(torch.uint8), history


def train(settings, model, data, seconds=None, progress=True):
    """Every row with every seed; seconds is shared out among the runs. Returns the FewLabels and Runs."""
    each = None if seconds is None else seconds / (len(settings["rows"]) * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        for row, name in enumerate(settings["rows"]):
            logits, images, history = run(settings, name, data, seed, each, progress)
            model.logits[row, seed], model.images[row, seed] = logits, images
            runs += history
            if runs.interrupted:
                return model, runs
    return model, runs


def accuracies(model, name):
    """The share of test digits that each seed's net of a row reads rightly: float64 [seeds]."""
    labels = digits("test").labels
    return (model(name).argmax(2) == labels).double().mean(1)


def evaluate(model):
    """For each row: the accuracy on the test digits, its mean over seeds and its standard error.

    For rows with a generator also how much its samples differ: the standard deviation of a pixel over the
    samples, mean over pixels and seeds. Near 0 it makes one picture whatever z is.
    """
    found = {}
    for name in model.names:
        each = accuracies(model, name)
        found[f"accuracy_{name}"] = each.mean()
        found[f"standard_error_{name}"] = each.std() / math.sqrt(len(each))
        if name in GAMES:
            images = model.images[model.names.index(name)].double() / 255
            found[f"sample_std_{name}"] = images.std(1).mean()
    return found


RECIPES = [
    Recipe(
        name="digits_few_labels",
        summary="Digits read from 50 labels, by a classifier alone and with K + 1 classes, several seeds",
        lessons=("07",),
        build=functools.partial(build, SETTINGS),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
