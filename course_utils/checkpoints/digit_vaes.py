"""VAEs of binarised digits for a sweep of beta, with many latents and with two, for lesson 03."""

import dataclasses
import functools

import torch
from torch import nn
from torch.nn import functional as F

from .. import autoencoders, vae
from .._validate import check_has
from .recipe import Recipe, Runs, fit

IN_SHAPE = (1, 8, 8)
BETAS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)  # from every unit at work to none
DRAWS = 50  # of z for each held-out image
ACTIVE = 0.01  # the variance of q's mean over images above which a unit is active (Burda et al. 2016)
COMMON = {
    "images": "digits, 1 where the grey level is at least 0.5",
    "seed": 0,
    "steps": 3_000,
    "batch_size": 128,
    "lr": 2e-3,
    "ema_decay": 0.998,
}


def key(beta):
    """The name in the ModuleDict of the VAE trained with this beta; no name of a module has a dot."""
    return f"beta_{beta:g}".replace(".", "_")


def betas(model):
    """The VAEs of a sweep by their beta: {float: VAE}, from the smallest beta to the largest."""
    check_has("model", model, "the model of a sweep, of VAEs by name", "items", "parameters")
    found = {float(name.removeprefix("beta_").replace("_", ".")): part for name, part in model.items()}
    return dict(sorted(found.items()))


def digits(split="train"):
    """ImageData of the 8x8 digits with pixels 0 or 1."""
    from .. import data

    return binarised(data.load("digits", split=split))


def binarised(image_data):
    """The same ImageData with 1 where a pixel is at least 0.5, and 0 elsewhere."""
    return dataclasses.replace(image_data, images=(image_data.images >= 0.5).float())


def negative_elbo(model, x, beta=1.0):
    """The mean over a batch of minus the ELBO, whose KL is multiplied by beta: a scalar."""
    return -vae.elbo(x, *model(x), beta=beta).value.mean()


def pixel_loss(model, x):
    """The mean over a batch of an autoencoder's Bernoulli cross-entropy, summed over pixels: a scalar."""
    logits = model.decoder[:-2](model.encoder(x))  # before sigmoid and unflatten: no pixel saturates
    return F.binary_cross_entropy_with_logits(logits, x.flatten(1), reduction="sum") / len(x)


@torch.no_grad()
def held_out(model, x, draws=DRAWS, seed=0):
    """The mean ELBO of images x [B, C, H, W] and its two parts, in nats per image: Elbo of three scalars.

    model: a VAE. Each image gets `draws` seeded samples of z.
    """
    mean, logvar = (part.repeat_interleave(draws, 0) for part in model.encode(x))
    z = vae.reparameterise(mean, logvar, torch.Generator().manual_seed(seed))
    bound = vae.elbo(x.repeat_interleave(draws, 0), model.logits(z), mean, logvar)
    return vae.Elbo(*(part.mean() for part in bound))


@torch.no_grad()
def active_units(model, x):
    """How many latents of a VAE depend on the image: those whose mean varies by more than ACTIVE over x."""
    return int((model.encode(x)[0].var(0) > ACTIVE).sum())


def train_sweep(settings, model, data, seconds=None, progress=True):
    """Fit one VAE for each beta, all from the same seed; seconds is shared out among them."""
    each = None if seconds is None else seconds / len(model)
    kept, runs = nn.ModuleDict(), Runs()
    for beta, part in betas(model).items():
        loss = functools.partial(negative_elbo, beta=beta)
        kept[key(beta)], history = fit(settings, part, loss, data.images, each, progress)
        runs += history
        if runs.interrupted:
            break
    return kept, runs


def evaluate_sweep(model):
    """Held-out ELBO (that of beta = 1), its parts in nats per image, and active units, for each beta."""
    x, metrics = digits("test").images, {}
    for beta, part in betas(model).items():
        bound = held_out(part, x)
        metrics[f"test_elbo_beta_{beta:g}"] = bound.value
        metrics[f"test_reconstruction_beta_{beta:g}"] = bound.reconstruction
        metrics[f"test_kl_beta_{beta:g}"] = bound.kl
        metrics[f"active_units_beta_{beta:g}"] = active_units(part, x)
    return metrics


def train_autoencoder(settings, model, data, seconds=None, progress=True):
    """Fit the autoencoder to the same digits with the same budget, its loss the decoder's alone."""
    return fit(settings, model, pixel_loss, data.images, seconds, progress)


@torch.no_grad()
def evaluate_autoencoder(model):
    """Held-out log-likelihood of the pixels given their codes, in nats per image."""
    return {"test_reconstruction": -pixel_loss(model, digits("test").images)}


def build_sweep(latent_dim, hidden):
    """One untrained VAE for each of BETAS, by key."""
    return nn.ModuleDict({key(beta): vae.VAE(IN_SHAPE, latent_dim, hidden) for beta in BETAS})


def _sweep(name, summary, settings):
    build = functools.partial(build_sweep, settings["latent_dim"], settings["hidden"])
    settings = {**settings, "betas": list(BETAS)}
    return Recipe(
        name=name,
        summary=summary,
        lessons=("03",),
        build=build,
        data=digits,
        train=functools.partial(train_sweep, settings),
        evaluate=evaluate_sweep,
        settings=settings,
    )


def _autoencoder(name, summary, settings):
    settings = {**settings, "loss": "cross-entropy, summed over pixels"}
    return Recipe(
        name=name,
        summary=summary,
        lessons=("01", "03"),
        build=lambda: autoencoders.MLPAutoencoder(IN_SHAPE, settings["latent_dim"], settings["hidden"]),
        data=digits,
        train=functools.partial(train_autoencoder, settings),
        evaluate=evaluate_autoencoder,
        settings=settings,
    )


MANY = {**COMMON, "latent_dim": 16, "hidden": [192, 96]}
TWO = {**COMMON, "latent_dim": 2, "hidden": [64, 64]}
RECIPES = [
    _sweep("digits_beta_vaes", "Eight VAEs of digits with 16 latents, from small beta to large", MANY),
    _sweep("digits_beta_vaes_2d", "Eight VAEs of digits with two latents, from small beta to large", TWO),
    _autoencoder("digits_ae_2d", "Autoencoder of digits with a two-dimensional code, beside the VAEs", TWO),
]
