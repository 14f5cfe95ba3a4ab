"""A small style-based generator of faces, for lesson 07: which layer's style holds what, measured.

Trained with the non-saturating losses and a penalty on D's slope at the data, as Karras et al. 2019 do.
"""

import functools

import torch
from torch.nn import functional as F

from .. import gan, metrics
from ..gan.penalties import r1_penalty
from ..gan.style import StyleGenerator, mix, truncate
from .image_translation import play
from .recipe import Recipe

N_TRAIN, N_TEST = 20_000, 2_000
READ = ("turn", "width", "hair_length", "smile", "glasses", "hair", "skin", "background")
SETTINGS = {
    "n": N_TRAIN,
    "seed": 0,
    "latent_dim": 32,
    "style_dim": 64,
    "widths": [64, 64, 64, 48, 48, 24],
    "d_width": 40,
    "losses": "non_saturating",
    "r1": 0.5,
    "r1_every": 8,
    "steps": 6_000,
    "batch_size": 32,
    "lr": 2e-3,
    "mapping_lr": 2e-4,
    "betas": [0.0, 0.99],
    "ema_decay": 0.998,
}


def faces(split="train"):
    """ImageData of N_TRAIN or N_TEST faces."""
    from .. import data

    return data.load("faces", split=split, n=N_TRAIN if split == "train" else N_TEST, seed=0)


def build(settings):
    """The untrained generator: z [B, latent_dim] -> faces [B, 3, 32, 32]."""
    return StyleGenerator(settings["latent_dim"], settings["style_dim"], tuple(settings["widths"]))


def optimizers(settings, G, D):
    """Adam for both players; the mapping network learns slower (Karras et al. 2019, appendix C)."""
    mapping = {id(weight) for weight in G.mapping.parameters()}
    groups = [
        {"params": list(G.mapping.parameters()), "lr": settings["mapping_lr"]},
        {"params": [weight for weight in G.parameters() if id(weight) not in mapping]},
    ]
    how = {"lr": settings["lr"], "betas": tuple(settings["betas"]), "fused": True}
    return torch.optim.Adam(groups, **how), torch.optim.Adam(D.parameters(), **how)


def play_round(settings, G, D):
    """update(x) -> (D's loss, {"g_loss"}): a step of D, with R1 every r1_every steps, then one of G."""
    losses, (of_G, of_D) = gan.losses[settings["losses"]], optimizers(settings, G, D)
    every, taken = settings["r1_every"], 0

    def update(x):
        nonlocal taken
        fake = G(torch.randn(len(x), settings["latent_dim"]))
        d_loss = losses.d_loss(D(x), D(fake.detach()))
        slope = every * settings["r1"] * r1_penalty(D, x) if taken % every == 0 else 0.0  # lazily, at once
        taken += 1
        of_D.zero_grad()
        (d_loss + slope).backward()
        of_D.step()
        D.requires_grad_(False)
        g_loss = losses.g_loss(D(fake))
        of_G.zero_grad()
        g_loss.backward()
        of_G.step()
        D.requires_grad_(True)
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    return update


def train(settings, G, data, seconds=None, progress=True):
    """Play the game; keep the average of the generator's weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings["seed"])
        D = gan.ImageDiscriminator(32, 3, settings["d_width"])
    return play(settings, G, play_round(settings, G.train(), D), data.images, seconds, progress)


def centre(G, n=4_096, seed=1):
    """The mean of n styles w: [style_dim]."""
    z = torch.randn(n, G.latent_dim, generator=torch.Generator().manual_seed(seed))
    return G.styles(z).mean(0)


def features_read(read):
    """What the judge reads of faces, as one number or several for each of READ: name -> [B, k].

    Hair as a one-hot row, the background's hue as a point of the circle, the others as they are.
    """
    rows = {name: read[name].float()[:, None] for name in READ if name not in ("hair", "background")}
    hue = 2 * torch.pi * read["background"]
    hair = F.one_hot(read["hair"], 6).float()
    return rows | {"hair": hair, "background": torch.stack([hue.cos(), hue.sin()], 1)}


@torch.no_grad()
def shares_by_layer(G, judge, n=2_000, seed=2):
    """How much of each factor comes with one layer's style: name -> [6], 0 for nothing, 1 for all.

    n pairs of faces; the second takes the style of one layer from another w and keeps the rest and the
    noise. With rows r of features_read: E |r - r'|^2 / E |r - r''|^2, r'' being those of unrelated faces.
    """
    generator = torch.Generator().manual_seed(seed)
    w, other = (G.styles(torch.randn(n, G.latent_dim, generator=generator)) for _ in range(2))
    noise = G.noise(n, generator)
    layers = len(G.layers)

    def read(styles):
        parts = [
            G.synthesise(part, [level[start : start + 500] for level in noise])
            for start, part in zip(range(0, n, 500), styles.split(500), strict=True)
        ]
        return features_read(judge.read(torch.cat(parts)))

    first, second = read(mix(w, w, 0)), read(mix(other, other, 0))
    apart = {name: (first[name] - second[name]).square().sum(1).mean() for name in READ}
    found = {name: torch.zeros(layers) for name in READ}
    for layer in range(layers):
        styles = mix(w, w, 0).clone()
        styles[:, layer] = other
        changed = read(styles)
        for name in READ:
            found[name][layer] = (first[name] - changed[name]).square().sum(1).mean() / apart[name]
    return found


@torch.no_grad()
def evaluate(G):
    """Of 2,000 samples: the Frechet distance of the judge's features to those of held-out faces.

    Beside it that of training faces, and of samples with styles truncated to one half; spread_...: the
    deviation of their features over that of samples that are not truncated. share_FACTOR_LAYER: see
    shares_by_layer. noise: the mean deviation of a pixel over draws of the noise alone.
    """
    from . import load

    judge, generator = load("faces_judge")[0], torch.Generator().manual_seed(SETTINGS["seed"])
    held_out = judge.features(faces("test").images)
    w = G.styles(torch.randn(N_TEST, G.latent_dim, generator=generator))

    def samples(w):
        return torch.cat([G.synthesise(part, G.noise(len(part), generator)) for part in w.split(500)])

    full, half = samples(w), samples(truncate(w, centre(G), 0.5))
    ends = judge.features(full), judge.features(half)
    one = torch.stack([samples(w[:100]) for _ in range(8)])
    return {
        "frechet_distance": metrics.frechet_distance(ends[0], held_out),
        "frechet_distance_train_faces": metrics.frechet_distance(
            judge.features(faces().images[:N_TEST]), held_out
        ),
        "frechet_distance_truncated": metrics.frechet_distance(ends[1], held_out),
        "spread_truncated": ends[1].std(0).mean() / ends[0].std(0).mean(),
        "noise": one.std(0).mean(),
        **{
            f"share_{name}_{layer}": share
            for name, shares in shares_by_layer(G, judge, n=N_TEST).items()
            for layer, share in enumerate(shares)
        },
    }


RECIPES = [
    Recipe(
        name="faces_style",
        summary="Small style-based generator of faces, averaged weights",
        lessons=("07",),
        build=functools.partial(build, SETTINGS),
        data=faces,
        train=functools.partial(train, SETTINGS),
        evaluate=evaluate,
        settings=SETTINGS,
        dtype="float16",
    )
]
