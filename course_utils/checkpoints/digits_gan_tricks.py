"""Samples of one small DCGAN on digits, trained with one trick at a time and several seeds, for lesson 05.

Not weights but samples are kept, so that the lesson can judge them itself, by whatever measure it likes.
"""

import functools

import torch
from torch import nn

from .. import gan, metrics, training
from ..gan import tricks
from .recipe import Recipe, Runs, Samples, budget

BOTH_VIRTUAL = {"G": {"norm": "virtual"}, "D": {"norm": "virtual"}}
LATER = {"D": {"spectral": True}, "d_lr": 4e-3, "average": True}
# What each switch changes in the base; "keeps" names the rows of samples that its runs leave behind.
SWITCHES = {
    "plain": {"keeps": ["plain", "ema"]},
    "no_norm": {"G": {"norm": "none"}, "D": {"norm": "none"}},
    "one_sided": {"real_label": 0.9},
    "feature_matching": {"feature_matching": True},
    "minibatch": {"D": {"minibatch": True}},
    "historical": {"historical": 1.0},
    "virtual": BOTH_VIRTUAL,
    "dropout_d": {"D": {"dropout": 0.25}},
    "dropout_g": {"G": {"dropout": 0.5}, "keeps": ["dropout_g", "dropout_g_on"]},
    "two_rates": {"d_lr": 4e-3},
    "sgd_d": {"sgd": True, "d_lr": 0.1},
    "spectral": {"D": {"spectral": True}},
    "later_three": {**LATER, "keeps": ["later_three"]},
}
ROWS = [row for name, switch in SWITCHES.items() for row in switch.get("keeps", [name])]
MEASURES = ("classes", "bins", "distance")
SETTINGS = {
    "seed": 0,
    "seeds": 6,
    "samples": 400,
    "steps": 1_200,
    "batch_size": 64,
    "latent_dim": 16,
    "width": 16,
    "g_lr": 1e-3,
    "d_lr": 1e-3,
    "beta1": 0.5,
    "losses": "non_saturating",
    "ema_decay": 0.99,
    "reference": 64,
    "switches": SWITCHES,
    "rows": ROWS,
}


def digits():
    """ImageData of the grey 8x8 digits to train on."""
    from .. import data

    return data.load("digits")


def players(settings, switch, x, seed):
    """G and D of one run, seeded; x: the images, of which virtual batch norm takes its reference."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        g_options, d_options = (
            {"norm": "batch", **switch.get("G", {})},
            {"norm": "batch", **switch.get("D", {})},
        )
        n = settings["reference"]
        if g_options["norm"] == "virtual":
            g_options["reference"] = torch.randn(n, settings["latent_dim"])
            d_options["reference"] = x[torch.randperm(len(x))[:n]]
        G = gan.ImageGenerator(settings["latent_dim"], width=settings["width"], **g_options)
        D = gan.ImageDiscriminator(width=settings["width"], **d_options)
        return gan.initialise(G), gan.initialise(D)


def optimisers(settings, switch, G, D):
    """Adam for both players, or plain gradient descent for D."""
    betas = (settings["beta1"], 0.999)
    d_lr = switch.get("d_lr", settings["d_lr"])
    g_optimizer = torch.optim.Adam(G.parameters(), settings["g_lr"], betas)
    if switch.get("sgd"):
        return g_optimizer, torch.optim.SGD(D.parameters(), d_lr)
    return g_optimizer, torch.optim.Adam(D.parameters(), d_lr, betas)


def play(settings, switch, G, D, average):
    """update(x) for training.steps: gan.game_round with what a switch adds to either loss."""
    pair = gan.losses[settings["losses"]]
    if "real_label" in switch:
        pair = tricks.one_sided(pair, switch["real_label"])
    g_optimizer, d_optimizer = optimisers(settings, switch, G, D)
    weight = switch.get("historical", 0.0)
    pasts = [tricks.HistoricalAverage(player) for player in (D, G)] if weight else []

    def step(player, optimizer, loss):
        if pasts:
            loss = loss + weight * pasts[player is G].penalty()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if pasts:
            pasts[player is G].update()
        return loss.detach()

    def update(x):
        z = torch.randn(2, len(x), settings["latent_dim"])
        with torch.no_grad():
            fake = G(z[0])
        d_loss = step(D, d_optimizer, pair.d_loss(D(x), D(fake)))
        D.requires_grad_(False)
        fake = G(z[1])
        matching = switch.get("feature_matching")
        loss = tricks.feature_matching(D, x, fake) if matching else pair.g_loss(D(fake))
        g_loss = step(G, g_optimizer, loss)
        D.requires_grad_(True)
        average.update()
        return d_loss, {"g_loss": g_loss}

    return update


@torch.no_grad()
def sample(settings, G, seed, dropout_on=False):
    """settings["samples"] images of G as uint8 [N, 1, 8, 8], with running statistics; dropout off or on."""
    G.eval()
    if dropout_on:
        for module in G.modules():
            module.train(isinstance(module, nn.Dropout2d))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(10_000 + seed)
        x = G(torch.randn(settings["samples"], settings["latent_dim"]))
    return (255 * x).round().to(torch.uint8)


def run(settings, switch, images, seed, seconds=None, progress=False):
    """One run of one switch: its rows of samples [rows, N, 1, 8, 8], and the History."""
    G, D = players(settings, switch, images, seed)
    average, history = training.WeightAverage(G, settings["ema_decay"]), training.History()
    update = play(settings, switch, G.train(), D.train(), average)
    for _ in training.steps(
        update, images, **budget(settings, seconds), batch_size=settings["batch_size"], seed=seed,
        device="cpu", history=history, progress=progress,
    ):  # fmt: skip
        pass
    kept = [sample(settings, average.model if switch.get("average") else G, seed)]
    if "ema" in switch.get("keeps", []):
        kept.append(sample(settings, average.model, seed))
    if "dropout_g_on" in switch.get("keeps", []):
        kept.append(sample(settings, G, seed, dropout_on=True))
    return torch.stack(kept), history


def train(settings, model, data, seconds=None, progress=True):
    """Every switch with every seed; seconds is shared out among the runs. Returns the Samples and Runs."""
    each = None if seconds is None else seconds / (len(settings["switches"]) * settings["seeds"])
    runs = Runs()
    for seed in range(settings["seeds"]):
        rows = []
        for switch in settings["switches"].values():
            kept, history = run(settings, switch, data.images, seed, each, progress)
            rows.append(kept)
            runs += history
            if runs.interrupted:
                return model, runs
        model.images[:, seed] = torch.cat(rows)
    return model, runs


@torch.no_grad()
def evaluate(model):
    """For each row: classes of 10 and bins of 50 covered, and Frechet distance to the test digits.

    Means over seeds, of the features of digit_classifier; beside them the floor: as many training digits.
    """
    from .. import data
    from . import load

    judge, _ = load("digit_classifier")
    train_x, test = judge.features(digits().images), judge.features(data.load("digits", split="test").images)
    centres = metrics.cluster_centres(train_x, 50)
    bins, classes = (
        metrics.bin_shares(train_x, centres),
        digits().labels.bincount(minlength=10) / len(train_x),
    )
    found = {}
    for name in model.names:
        scores = []
        for x in model(name):
            features = judge.features(x)
            read = judge.head(features).argmax(1).bincount(minlength=10) / len(x)
            covered = metrics.bins_covered(metrics.bin_shares(features, centres), bins)
            distance = metrics.frechet_distance(features, test)
            scores.append([metrics.bins_covered(read, classes), covered, distance])
        means = torch.tensor(scores, dtype=torch.float64).mean(0)
        found |= {f"{what}_{name}": mean for what, mean in zip(MEASURES, means, strict=True)}
    few = train_x[: model.images.shape[2]]
    return {**found, "distance_train_digits": metrics.frechet_distance(few, test)}


RECIPES = [
    Recipe(
        name="digits_gan_tricks",
        summary="Samples of a small DCGAN of digits with one trick at a time, six seeds each",
        lessons=("05",),
        build=lambda: Samples(ROWS, SETTINGS["seeds"], SETTINGS["samples"]),
        data=digits,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
    )
]
