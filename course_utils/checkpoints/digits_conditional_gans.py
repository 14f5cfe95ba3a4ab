"""Samples of small GANs of digits that are told the label in one way or another, for lesson 07.

Not weights but samples are kept, so that the lesson can judge them itself, by whatever measure it likes.
"""

import functools

import torch

from .. import gan, metrics, training
from ..gan import conditional, label_losses
from .recipe import Recipe, Runs, Samples, as_metrics, budget

GENERATORS = {"joined": conditional.JoinedGenerator, "embedded": conditional.EmbeddedGenerator}
DISCRIMINATORS = {
    "untold": gan.ImageDiscriminator,
    "joined": conditional.JoinedDiscriminator,
    "projection": conditional.ProjectionDiscriminator,
    "auxiliary": conditional.AuxiliaryDiscriminator,
}
# How each row tells its two players the label; weight: that of ACGAN's class term.
WAYS = {
    "untold_d": {"G": "joined", "D": "untold"},
    "joined": {"G": "joined", "D": "joined"},
    "embedded": {"G": "embedded", "D": "joined"},
    "projection": {"G": "embedded", "D": "projection"},
    "acgan": {"G": "embedded", "D": "auxiliary", "weight": 1.0},
    "acgan_heavy": {"G": "embedded", "D": "auxiliary", "weight": 10.0},
}
MEASURES = ("asked", "spread", "recall", "entropy")
SETTINGS = {
    "seed": 0,
    "seeds": 6,
    "samples": 1_000,
    "steps": 600,
    "batch_size": 64,
    "latent_dim": 16,
    "width": 16,
    "g_lr": 2e-3,
    "d_lr": 4e-3,
    "beta1": 0.5,
    "spectral": True,
    "ema_decay": 0.99,
    "ways": WAYS,
}


def digits():
    """ImageData of the grey 8x8 digits to train on."""
    from .. import data

    return data.load("digits")


def players(settings, way, seed):
    """G and D of one run, seeded. G: z [B, Z], y [B] -> images; D: as its class says."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        G = GENERATORS[way["G"]](settings["latent_dim"], width=settings["width"])
        D = DISCRIMINATORS[way["D"]](width=settings["width"], spectral=settings["spectral"])
        return gan.initialise(G), gan.initialise(D)


def game(way, D):
    """d_loss(real, fake, y) and g_loss(fake, y) of a way, images [B, 1, 8, 8] and their labels [B]."""
    if way["D"] == "auxiliary":
        pair = label_losses.acgan_losses(way["weight"])

        def d_loss(x, fake, y):
            logits, classes = D(torch.cat([x, fake]))
            (real, fake), (kinds, guesses) = logits.chunk(2), classes.chunk(2)
            return pair.d_loss((real, kinds), (fake, guesses), y, y)

        return d_loss, lambda fake, y: pair.g_loss(D(fake), y)

    pair = gan.losses["non_saturating"]
    told = (lambda x, y: D(x)) if way["D"] == "untold" else D

    def d_loss(x, fake, y):
        return pair.d_loss(*told(torch.cat([x, fake]), torch.cat([y, y])).chunk(2))

    return d_loss, lambda fake, y: pair.g_loss(told(fake, y))


def play(settings, way, G, D, average):
    """update(x, y) for training.steps: one step of D, one of G; fakes are asked for the labels y of x."""
    betas = (settings["beta1"], 0.999)
    g_optimizer = torch.optim.Adam(G.parameters(), settings["g_lr"], betas)
    d_optimizer = torch.optim.Adam(D.parameters(), settings["d_lr"], betas)
    d_loss_of, g_loss_of = game(way, D)

    def update(x, y):
        z = torch.randn(2, len(x), settings["latent_dim"])
        with torch.no_grad():
            fake = G(z[0], y)
        d_loss = d_loss_of(x, fake, y)
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        D.requires_grad_(False)
        g_loss = g_loss_of(G(z[1], y), y)
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        D.requires_grad_(True)
        average.update()
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    return update


@torch.no_grad()
def sample(settings, G, seed):
    """settings["samples"] images, uint8 [N, 1, 8, 8], with running statistics; image i is asked as i % 10."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10_000 + seed)
        z = torch.randn(settings["samples"], settings["latent_dim"])
    return (255 * G.eval()(z, torch.arange(len(z)) % 10)).round().to(torch.uint8)


def run(settings, way, data, seed, seconds=None, progress=False):
    """One run of one way: its samples [N, 1, 8, 8], of the averaged generator, and the History."""
    G, D = players(settings, way, seed)
    average, history = training.WeightAverage(G, settings["ema_decay"]), training.History()
    update = play(settings, way, G.train(), D.train(), average)
    for _ in training.steps(
        update, (data.images, data.labels), **budget(settings, seconds), batch_size=settings["batch_size"],
        seed=seed, device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        pass
    return sample(settings, average.model, seed), history


def train(settings, model, data, seconds=None, progress=True):
    """Every way with every seed; seconds is shared out among the runs. Returns the Samples and Runs."""
    each = None if seconds is None else seconds / (len(settings["ways"]) * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        for row, way in enumerate(settings["ways"].values()):
            model.images[row, seed], history = run(settings, way, data, seed, each, progress)
            runs += history
            if runs.interrupted:
                return model, runs
    return model, runs


class Yardstick:
    """The judge digit_classifier, and what it sees of the training digits: the measures of this study."""

    def __init__(self):
        from . import load

        self.judge, _ = load("digit_classifier")
        data = digits()
        with torch.no_grad():
            self.features, self.labels = self.judge.features(data.images), data.labels
        self.real_spread = class_spread(self.features, self.labels)

    @torch.no_grad()
    def __call__(self, images, labels):
        """asked, spread, recall, entropy of images [N, 1, 8, 8] that were asked to be labels [N].

        asked: the share that the judge reads as asked. spread: the mean distance of two images of one class
        in the judge's features, mean over classes, among those read as asked, as a share of that of training
        digits. recall: the share of training digits that lie among the images (k = 3), as many of both.
        entropy: the mean of the judge's H(y | x) in nats.
        """
        features = self.judge.features(images)
        logits = self.judge.head(features)
        right = logits.argmax(1) == labels
        spread = class_spread(features[right], labels[right]) / self.real_spread
        n = min(len(features), len(self.features) // 2)
        recall = metrics.precision_recall(self.features[:n], features[:n])[1]
        entropy = torch.distributions.Categorical(logits=logits).entropy().mean()
        return [right.double().mean(), spread, recall, entropy]

    def of_data(self):
        """The four of held-out digits; recall is that of one half of the training digits by the other."""
        from .. import data

        held_out = data.load("digits", split="test")
        n = len(self.features) // 2
        found = self(held_out.images, held_out.labels)
        found[2] = metrics.precision_recall(self.features[:n], self.features[n : 2 * n])[1]
        return found


def class_spread(features, labels):
    """The mean distance of two rows of features [N, F] with one label, by class, and then over ten classes.

    A class of fewer than two rows counts as 0.
    """
    groups = [features[labels == k].double() for k in range(10)]
    spreads = [torch.pdist(rows).mean() if len(rows) > 1 else features.new_zeros(()) for rows in groups]
    return torch.stack([spread.double() for spread in spreads]).mean()


def evaluate(model):
    """For each row the means over seeds of the Yardstick's measures; beside them those of real digits."""
    measure, labels = Yardstick(), torch.arange(model.images.shape[2]) % 10
    found = {"real": measure.of_data()}
    for name in model.names:
        scores = [measure(images, labels) for images in model(name)]
        found[name] = torch.tensor(scores, dtype=torch.float64).mean(0).tolist()
    return as_metrics(MEASURES, found)


RECIPES = [
    Recipe(
        name="digits_conditional_gans",
        summary="Samples of small GANs of digits by the way they are told the label, several seeds each",
        lessons=("07",),
        build=lambda: Samples(WAYS, SETTINGS["seeds"], SETTINGS["samples"]),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
