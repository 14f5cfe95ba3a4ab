"""InfoGANs of 28x28 glyphs, and the same players without the information term, several seeds each.

For lesson 07. Both have a code of ten categories and two numbers beside the noise. In the plain ones Q only
looks on: its head is trained, and neither the trunk nor the generator feels it.
"""

import functools

import torch
from torch import nn
from torch.nn import functional as F

from .. import gan, metrics, training
from ..gan import infogan
from .recipe import Recipe, Runs, budget

N_TRAIN, N_TEST, N_SAMPLES = 20_000, 4_000, 2_000
TEST_SEED = 1
POINTS = 50  # of the curve of the bound
CODES = ("category", "first", "second")
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "seeds": 3,
    "latent_dim": 32,
    "width": 24,
    "steps": 5_000,
    "batch_size": 32,
    "g_lr": 1e-3,
    "d_lr": 2e-3,
    "beta1": 0.5,
    "ema_decay": 0.99,
    "lambda": [1.0, 0.1],  # of the category and of each number
}
PLAIN = {**SETTINGS, "lambda": [0.0, 0.0]}
FACTORS = {"slant": metrics.slant, "boldness": metrics.boldness, "radius": metrics.radius}


def glyphs(split="train"):
    """ImageData of N_TRAIN or N_TEST grey glyphs."""
    from .. import data

    n, seed = (N_TRAIN, 0) if split == "train" else (N_TEST, TEST_SEED)
    return data.load("glyphs", split=split, n=n, seed=seed)


class InfoGans(nn.Module):
    """One pair of players a seed, G[seed] and D[seed], and how the bound rose while they played.

    G: the joined input [B, latent_dim + 12], as `Codes.joined` makes it -> glyphs [B, 1, 28, 28]; D: glyphs
    -> (logits, Guess). bounds: [seeds, POINTS, 3] in nats, each entry the mean over a part of the steps, for
    the category and the two numbers.
    """

    def __init__(self, seeds, latent_dim, width):
        super().__init__()
        self.latent_dim = latent_dim
        self.G = nn.ModuleList(
            gan.initialise(gan.ImageGenerator(latent_dim + 12, size=28, width=width)) for _ in range(seeds)
        )
        self.D = nn.ModuleList(
            gan.initialise(infogan.InfoDiscriminator(size=28, width=width, spectral=True))
            for _ in range(seeds)
        )
        self.register_buffer("bounds", torch.zeros(seeds, POINTS, 3))

    def forward(self, seed, codes, z):
        """Glyphs [B, 1, 28, 28] of one seed's generator, for Codes of B rows and z [B, latent_dim]."""
        return self.G[seed](codes.joined(z))

    def samples(self, seed, n, generator=None):
        """n glyphs [n, 1, 28, 28] of one seed's generator, and the Codes that they were made from."""
        codes = infogan.draw_codes(n, generator=generator)
        return self(seed, codes, torch.randn(n, self.latent_dim, generator=generator)), codes


def build(settings):
    """The untrained InfoGans of the settings."""
    return InfoGans(settings["seeds"], settings["latent_dim"], settings["width"])


def play(settings, G, D, average):
    """update(x) for training.steps: a step of D and Q, then one of G; the bound is told, one entry a code."""
    betas, pair = (settings["beta1"], 0.999), gan.losses["non_saturating"]
    g_optimizer = torch.optim.Adam(G.parameters(), settings["g_lr"], betas)
    d_optimizer = torch.optim.Adam(D.parameters(), settings["d_lr"], betas)
    category, number = settings["lambda"]
    weights, informed = torch.tensor([category, number, number]), category > 0

    def draw(n):
        codes = infogan.draw_codes(n)
        return codes, codes.joined(torch.randn(n, settings["latent_dim"]))

    def update(x):
        codes, z = draw(len(x))
        with torch.no_grad():
            fake = G(z)
        features = D.features(torch.cat([x, fake]))
        seen = features[len(x) :]
        bound = infogan.infogan_bound(D.guess(seen if informed else seen.detach()), codes)
        d_loss = pair.d_loss(*D.head(features).chunk(2))
        d_optimizer.zero_grad()
        (d_loss - ((weights * bound).sum() if informed else bound.sum())).backward()
        d_optimizer.step()

        D.requires_grad_(False)
        codes, z = draw(len(x))
        logits, guess = D(G(z))
        g_loss = pair.g_loss(logits) - (weights * infogan.infogan_bound(guess, codes)).sum()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        D.requires_grad_(True)
        average.update()
        told = dict(zip(CODES, bound.detach(), strict=True))
        return d_loss.detach(), {"g_loss": g_loss.detach(), **told}

    return update


def run(settings, model, data, seed, seconds=None, progress=False):
    """One seed's game, in place; keeps the averaged generator, and D as it is at the end. The History."""
    G, D = model.G[seed], model.D[seed]
    average, history = training.WeightAverage(G, settings["ema_decay"]), training.History()
    update = play(settings, G.train(), D.train(), average)
    for _ in training.steps(
        update, data.images, **budget(settings, seconds), batch_size=settings["batch_size"], seed=seed,
        device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        pass
    curves = torch.stack([torch.as_tensor(history.extras[name]).float() for name in CODES])
    model.bounds[seed] = F.adaptive_avg_pool1d(curves[None], POINTS)[0].T
    model.G[seed] = recalibrated(average.model, settings, seed)
    D.eval()
    return history


def train(settings, model, data, seconds=None, progress=True):
    """Every seed's game; seconds is shared out among them. Returns the InfoGans and the Runs."""
    each = None if seconds is None else seconds / settings["seeds"]
    runs = Runs()
    for seed in range(settings["seeds"]):
        runs += run(settings, model, data, seed, each, progress)
        if runs.interrupted:
            break
    return model, runs


@torch.no_grad()
def recalibrated(G, settings, seed, batches=20):
    """G with running statistics of its own maps: those it holds belong to the weights of the last step."""
    for module in G.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the plain mean of all batches
    generator = torch.Generator().manual_seed(seed)
    G.train()
    for _ in range(batches):
        codes = infogan.draw_codes(200, generator=generator)
        G(codes.joined(torch.randn(200, settings["latent_dim"], generator=generator)))
    return G.eval()


def read(images, train):
    """The labels of the nearest training glyphs: images [N, 1, 28, 28] -> int64 [N]."""
    nearest = [torch.cdist(part.flatten(1), train.flat).argmin(1) for part in images.split(500)]
    return train.labels[torch.cat(nearest)]


def correlations(images, codes):
    """|r| of each number of the codes with slant, boldness and radius: [2, 3].

    Both sides less their mean over the glyphs of one category, so that what differs from digit to digit (a 1
    is bolder than an 8) does not count.
    """
    one_hot = F.one_hot(codes.category, 10).double()
    mean_of = one_hot @ (one_hot / one_hot.sum(0).clamp(min=1)).T  # [N, N]: the mean over its category
    measured = torch.stack([measure(images).double() for measure in FACTORS.values()], 1)
    numbers = codes.numbers.double()
    a, b = (value - mean_of @ value for value in (numbers, measured))
    return (F.normalize(a, dim=0).T @ F.normalize(b, dim=0)).abs()


@torch.no_grad()
def evaluate(model):
    """Means over seeds: the bound of samples in nats; how well category and digit agree, on samples (read by
    their nearest training glyph) and, as Q guesses it, on held-out glyphs; the larger of the two numbers' |r|
    with slant, boldness and radius; the Frechet distance to held-out glyphs, both shrunk to 7 x 7 pixels.
    """
    train, test = glyphs(), glyphs("test")
    shrunk_test = F.avg_pool2d(test.images, 4).flatten(1)
    rows = []
    for seed, D in enumerate(model.D):
        images, codes = model.samples(seed, N_SAMPLES, torch.Generator().manual_seed(seed))
        bound = infogan.infogan_bound(D(images)[1], codes)
        guessed = D(test.images)[1].logits.argmax(1)
        found = {
            "bound_category": bound[0],
            "bound_numbers": bound[1:].sum(),
            "purity_samples": metrics.matched_purity(codes.category, read(images, train)),
            "purity_real": metrics.matched_purity(guessed, test.labels),
        }
        r = correlations(images, codes).max(0).values
        found |= {f"r_{name}": value for name, value in zip(FACTORS, r, strict=True)}
        shrunk = F.avg_pool2d(images, 4).flatten(1)
        rows.append({**found, "distance_7x7": metrics.frechet_distance(shrunk, shrunk_test)})
    return {name: sum(float(row[name]) for row in rows) / len(rows) for name in rows[0]}


def recipe(name, summary, settings):
    """A Recipe of this file by its settings."""
    return Recipe(
        name=name,
        summary=summary,
        lessons=("07",),
        build=functools.partial(build, settings),
        data=glyphs,
        train=functools.partial(train, settings),
        evaluate=evaluate,
        settings=settings,
        dtype="float16",
    )


RECIPES = [
    recipe(
        "glyphs_infogan", "InfoGANs of 28x28 glyphs, ten categories and two numbers, several seeds", SETTINGS
    ),
    recipe(
        "glyphs_infogan_plain", "The same GANs of glyphs without the information term, several seeds", PLAIN
    ),
]
