"""Samples and losses of small GANs in the plane, one row for each loss and six seeds each, for lesson 06.

Every row plays with the same nets (two hidden layers of 64), data (eight Gaussians), noise, batches, Adam,
rounds, and steps of D in a round; it differs from the others only in what ROWS says, with the strengths that
its paper prescribes. At the same rounds of every run the study keeps samples and losses, so that the lesson
can judge them itself. PlaneGames says how they are read.
"""

import functools
import math

import torch
from torch import nn

from .. import gan, metrics, training, transport
from .._validate import check_choice
from ..gan import penalties
from .recipe import Recipe, Runs, as_metrics, budget
from .stacks import flat, stack

# Which pair of losses a row takes, what bounds its critic, and what D is where it is no plain critic.
ROWS = {
    "minimax": {"losses": "minimax"},
    "non_saturating": {"losses": "non_saturating"},
    "lsgan": {"losses": "lsgan"},
    "wgan": {"losses": "wgan", "clip": 0.01},
    "wgan_0.1": {"losses": "wgan", "clip": 0.1},
    "wgan_gp": {"losses": "wgan", "penalty": "wgan_gp", "strength": 10.0},
    "wgan_sn": {"losses": "wgan", "spectral": True},
    "hinge": {"losses": "hinge"},
    "hinge_sn": {"losses": "hinge", "spectral": True},
    "dragan": {"losses": "non_saturating", "penalty": "dragan", "strength": 10.0},
    "r1": {"losses": "non_saturating", "penalty": "r1", "strength": 10.0},
    "ebgan": {"losses": "ebgan", "energy": "l2"},
    "began": {"losses": "began", "energy": "l1", "gamma": 0.5, "rate": 1e-3},
    "fgan_kl": {"losses": "kl"},
    "fgan_reverse_kl": {"losses": "reverse_kl"},
    "fgan_pearson": {"losses": "pearson"},
}
MEASURES = ("modes", "w1", "tracks", "g_tracks")
COLUMNS = ("d_loss", "g_loss", "penalty", "progress")
STUDY = {
    "seed": 0,
    "n": 61_440,
    "seeds": 6,
    "samples": 512,
    "steps": 2_000,
    "d_steps": 5,
    "batch_size": 128,
    "latent_dim": 2,
    "hidden": [64, 64],
    "code": 1,
    "g_lr": 3e-4,
    "d_lr": 1e-3,
    "betas": [0.5, 0.9],
    "looks": [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.625, 0.75, 0.875, 1.0],
    "averaged": 50,
    "rows": ROWS,
}
THOUSAND = 1_000  # coordinates are kept as whole thousandths, up to 32.767
SPREAD, RADIUS = 2.0, 0.45  # of the modes' circle, and three standard deviations of a mode


class PlaneGames(nn.Module):
    """What the games left behind, by row; seeds S, looks T, N samples a look.

    names: the rows; rounds: int64 [T], after how many rounds the looks were taken. samples(name): float32
    [S, T, N, 2]. distances(name): [S, T], exact W1 of those samples to N points of the data, which were not
    trained on. losses(name): {"d_loss", "g_loss", "penalty", "progress"} -> [S, T], means over the last 50
    rounds. d_loss is without the penalty, which is given with its strength; progress is the number whose fall
    is to mean better samples: -d_loss, which estimates a divergence (of W1 for the wgan rows), and for began
    its convergence measure. A run that is lost to NaN repeats its last look. All methods raise ValueError for
    another name.
    """

    def __init__(self, names, seeds, rounds, n):
        super().__init__()
        self.names = tuple(names)
        rows, looks = len(self.names), len(rounds)
        self.register_buffer("rounds", torch.tensor(rounds))
        self.register_buffer("places", torch.zeros(rows, seeds, looks, n, 2, dtype=torch.int16))
        self.register_buffer("curves", torch.zeros(rows, seeds, looks, len(COLUMNS)))
        self.register_buffer("gaps", torch.zeros(rows, seeds, looks))

    def _row(self, name):
        check_choice("name", name, self.names)
        return self.names.index(name)

    def samples(self, name):
        """The samples of a row, float32 [seeds, looks, N, 2]."""
        return self.places[self._row(name)].float() / THOUSAND

    def losses(self, name):
        """The losses of a row: name of the number -> [seeds, looks]."""
        return dict(zip(COLUMNS, self.curves[self._row(name)].unbind(-1), strict=True))

    def distances(self, name):
        """Exact W1 of a row's samples to data, [seeds, looks], in the units of the plane."""
        return self.gaps[self._row(name)]


class Energy(nn.Module):
    """The energy of points: how far autoencoders, a stack, put them from where they were.

    kind: "l2", the Euclidean distance (Zhao et al. 2017), or "l1", the sum of absolute differences (Berthelot
    et al. 2017, eq. 1).
    """

    def __init__(self, autoencoder, kind):
        super().__init__()
        self.autoencoder, self.order = autoencoder, {"l2": 2, "l1": 1}[kind]

    def forward(self, x):
        """x: [S, B, 2] -> energies [S, B]."""
        return torch.linalg.vector_norm(self.autoencoder(x) - x, self.order, dim=-1)


def autoencoder(hidden, code):
    """Points [B, 2] -> [B, 2] by a code of so many numbers, with one hidden layer on either side."""
    wide, high = hidden
    encoder = [nn.Linear(2, wide), nn.LeakyReLU(0.2), nn.Linear(wide, code)]
    return nn.Sequential(*encoder, nn.Linear(code, high), nn.LeakyReLU(0.2), nn.Linear(high, 2))


def looks(settings):
    """After which rounds the samples are kept: the settings' shares of all rounds."""
    return [max(1, round(share * settings["steps"])) for share in settings["looks"]]


def build(settings):
    """The empty study of the settings, a PlaneGames."""
    return PlaneGames(settings["rows"], settings["seeds"], looks(settings), settings["samples"])


def points(settings, seed=0):
    """ImageData whose "images" are points of the eight Gaussians, [n, 2]; its labels say nothing."""
    from .. import data

    x = data.toy("eight_gaussians", settings["n"], seed)
    return data.ImageData(x, torch.zeros(len(x), dtype=torch.int64), ("points",), name="eight_gaussians")


def players(settings, row):
    """G and D of all seeds, as stacks; every row has the same G, and the same D but for the energies."""

    def nets(make, first):
        found = []
        for seed in range(settings["seeds"]):
            torch.manual_seed(first + settings["seed"] + seed)
            found.append(make())
        return found

    hidden, code = settings["hidden"], settings["code"]
    with torch.random.fork_rng(devices=[]):
        G = stack(nets(lambda: gan.Generator(settings["latent_dim"], hidden=hidden), 0))
        if "energy" in row:
            return G, Energy(stack(nets(lambda: autoencoder(hidden, code), 500)), row["energy"])
        return G, stack(nets(lambda: gan.Discriminator(hidden=hidden), 500), row.get("spectral", False))


class Game:
    """A row's losses on what D says of S seeds' batches, on_real and on_fake [S, B] -> [S].

    began's k is one for each seed, and moves by `update`.
    """

    def __init__(self, row, seeds):
        name = row["losses"]
        self._thermostats = None
        if name == "began":
            self._thermostats = [gan.Began(row["gamma"], row["rate"]) for _ in range(seeds)]
        else:
            self._pair = gan.fgan_losses(name) if name in gan.FGANS else gan.losses[name]

    def d_loss(self, on_real, on_fake):
        """What D minimises, [S]."""
        if self._thermostats is None:
            return torch.vmap(self._pair.d_loss)(on_real, on_fake)
        seeds = zip(self._thermostats, on_real, on_fake, strict=True)
        return torch.stack([one.losses.d_loss(real, fake) for one, real, fake in seeds])

    def g_loss(self, on_fake):
        """What G minimises, [S]."""
        pair = self._pair if self._thermostats is None else self._thermostats[0].losses
        return torch.vmap(pair.g_loss)(on_fake)

    def progress(self, on_real, on_fake, d_loss):
        """-d_loss, or began's convergence measure, [S]; moves began's k."""
        if self._thermostats is None:
            return -d_loss
        seeds = list(zip(self._thermostats, on_real, on_fake, strict=True))
        found = [one.convergence(real, fake) for one, real, fake in seeds]
        for one, real, fake in seeds:
            one.update(real, fake)
        return torch.tensor(found)


def penalty(row, D, real, fake):
    """The row's penalty with its strength, the mean over S seeds, 0 without; real, fake: [S, B, 2]."""
    critic, real, fake = flat(D, len(real)), real.flatten(0, 1), fake.flatten(0, 1)
    kinds = {
        "wgan_gp": lambda: penalties.gradient_penalty(critic, real, fake),
        "dragan": lambda: penalties.dragan_penalty(critic, real),
        "r1": lambda: penalties.r1_penalty(critic, real),
    }
    return row["strength"] * kinds[row["penalty"]]() if "penalty" in row else real.new_zeros(())


def play(settings, row, G, D, record):
    """update(x) for training.steps: gan.game_round for all seeds, with what the row adds to D's steps.

    x: [S * d_steps * B, 2]. Every round appends its numbers, [COLUMNS, S], to the list `record`.
    """
    seeds = settings["seeds"]
    game = Game(row, seeds)
    adam = functools.partial(torch.optim.Adam, betas=settings["betas"], fused=True)
    g_optimizer = adam(G.parameters(), settings["g_lr"])
    d_optimizer = adam(D.parameters(), settings["d_lr"])

    def step(optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def update(x):
        for real in x.view(settings["d_steps"], seeds, -1, 2):
            noise = torch.randn(2, seeds, real.shape[1], settings["latent_dim"])
            with torch.no_grad():
                fake = G(noise[0])
            on_real, on_fake = D(real).flatten(1), D(fake).flatten(1)
            d_loss, extra = game.d_loss(on_real, on_fake), penalty(row, D, real, fake)
            step(d_optimizer, d_loss.sum() + seeds * extra)
            if "clip" in row:
                penalties.clip_weights(D, row["clip"])
        D.requires_grad_(False)
        g_loss = game.g_loss(D(G(noise[1])).flatten(1))
        step(g_optimizer, g_loss.sum())
        D.requires_grad_(True)
        d_loss, g_loss = d_loss.detach(), g_loss.detach()
        progress = game.progress(on_real.detach(), on_fake.detach(), d_loss)
        record.append(torch.stack([d_loss, g_loss, extra.detach().expand(seeds), progress]))
        return d_loss.nan_to_num().mean()  # where one seed is lost, the others play on

    return update


@torch.no_grad()
def sample(settings, G):
    """settings["samples"] points of each G, [S, N, 2], from the same noise at every look."""
    generator = torch.Generator().manual_seed(settings["seed"])
    return G(torch.randn(settings["seeds"], settings["samples"], settings["latent_dim"], generator=generator))


def as_thousandths(x):
    """Points as they are kept: whole thousandths, int16; what is too far out goes to the edge."""
    return (x * THOUSAND).round().clamp(-32_767, 32_767).to(torch.int16)


def held_out(settings):
    """As many points of the data as there are samples, of a seed that no run trains on, [N, 2]."""
    return points({**settings, "n": settings["samples"]}, seed=1_000).images


def run(settings, name, data, seconds=None, progress=False):
    """One row: samples int16 [S, T, N, 2], losses [S, T, 4], W1 [S, T], and the History."""
    row, wanted, record = settings["rows"][name], looks(settings), []
    G, D = players(settings, row)
    history, far, shape = training.History(), held_out(settings), (settings["seeds"], len(wanted))
    places = torch.zeros(*shape, *far.shape, dtype=torch.int16)
    curves, gaps = torch.zeros(*shape, len(COLUMNS)), torch.zeros(shape)
    for done in training.steps(
        play(settings, row, G, D, record), data.images, **budget(settings, seconds), seed=settings["seed"],
        batch_size=settings["seeds"] * settings["d_steps"] * settings["batch_size"], device="cpu",
        history=history, progress=progress,
    ):  # fmt: skip
        for at in [at for at, look in enumerate(wanted) if look == done]:
            means = torch.stack(record[-settings["averaged"] :]).mean(0).T
            keep(at, sample(settings, G), means, far, places, curves, gaps)
    return places, curves, gaps, history


def keep(at, x, means, far, places, curves, gaps):
    """Write look number `at` into places, curves and gaps: samples x [S, N, 2] and losses, means [S, 4]."""
    for seed in range(len(x)):
        if x[seed].isfinite().all() and means[seed].isfinite().all():
            places[seed, at], curves[seed, at] = as_thousandths(x[seed]), means[seed]
            gaps[seed, at] = transport.wasserstein1(places[seed, at].float() / THOUSAND, far)
        elif at:  # the run is lost
            for kept in (places, curves, gaps):
                kept[seed, at] = kept[seed, at - 1]


def train(settings, model, data, seconds=None, progress=True):
    """Every row, all seeds at once; seconds is shared out. Returns the PlaneGames and the Runs."""
    each = None if seconds is None else seconds / len(model.names)
    runs = Runs()
    for place, name in enumerate(model.names):
        places, curves, gaps, history = run(settings, name, data, each, progress)
        runs += history
        if runs.interrupted:
            break
        model.places[place], model.curves[place], model.gaps[place] = places, curves, gaps
    return model, runs


def modes():
    """The centres of the eight Gaussians, [8, 2]."""
    angle = math.pi / 4 * torch.arange(8)
    return SPREAD * torch.stack([angle.cos(), angle.sin()], 1)


def evaluate(model):
    """For each row, means over seeds: modes covered and W1 at the end, and rank correlations with W1.

    These are of progress and of G's loss along training; 0 where one of the two never moved. Beside them the
    W1 of as many fresh points of the data to the same held-out points, which a perfect G would get.
    """
    found = {}
    for name in model.names:
        covered = [metrics.modes_covered(x, modes(), RADIUS) for x in model.samples(name)[:, -1]]
        gaps, curves = model.distances(name), model.losses(name)
        tracks = [
            metrics.rank_correlation(curves[what], gaps).nan_to_num() for what in ("progress", "g_loss")
        ]
        rows = torch.tensor(covered), gaps[:, -1], *tracks
        found[name] = [float(value.double().mean()) for value in rows]
    few = {**STUDY, "n": model.places.shape[3], "samples": model.places.shape[3]}
    fresh = [points(few, 2_000 + seed).images for seed in range(model.places.shape[1])]
    floor = torch.stack([transport.wasserstein1(x, held_out(few)) for x in fresh])
    return {**as_metrics(MEASURES, found), "w1_data": floor.mean()}


RECIPES = [
    Recipe(
        name="plane_gan_losses",
        summary="Samples and losses of GANs in the plane, one row for each loss, six seeds each",
        lessons=("06",),
        build=lambda: build(STUDY),
        data=lambda: points(STUDY),
        train=functools.partial(train, STUDY),
        evaluate=evaluate,
        settings=STUDY,
    )
]
