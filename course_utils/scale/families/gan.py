"""A DCGAN with spectral norm, two learning rates and an averaged generator; a label tells both players."""

import torch
from torch import nn

from ... import gan, training
from ...gan import conditional
from ...gan.playing import frozen
from ...training import processes
from .family import Family, Game, check_sides

BETAS = (0.5, 0.999)  # of Adam (Radford et al. 2016)
D_TO_G = 4.0  # D's learning rate by G's (Heusel et al. 2017)


def settings(shape, classes, preset):
    check_sides(shape, 4)
    full = preset == "full"
    return {
        "shape": list(shape), "classes": classes, "latent_dim": 128 if full else 16,
        "width": 128 if full else 16,
        "batch_size": 128 if full else 32, "lr": 2e-4 if full else 5e-4, "ema_decay": 0.999 if full else 0.99,
    }  # fmt: skip


def build(how):
    channels, *size = how["shape"]
    same = {"size": tuple(size), "channels": channels, "width": how["width"]}
    if how["classes"] is None:
        players = gan.ImageGenerator(how["latent_dim"], **same), gan.ImageDiscriminator(spectral=True, **same)
    else:
        G = conditional.EmbeddedGenerator(how["latent_dim"], how["classes"], **same)
        players = G, conditional.ProjectionDiscriminator(how["classes"], spectral=True, **same)
    return nn.ModuleDict(dict(zip("GD", map(gan.initialise, players), strict=True)))


def game(how, model):
    """One step of D, one of G, with fakes of the real images' labels; Goodfellow et al. 2014, algorithm 1.

    Of several processes each norms its own rows of the batch.
    """
    G, D = model["G"], model["D"]
    g_optimiser = torch.optim.Adam(G.parameters(), how["lr"], BETAS)
    d_optimiser = torch.optim.Adam(D.parameters(), D_TO_G * how["lr"], BETAS)
    shared_G, shared_D = processes.parallel(G), processes.parallel(D)
    average, latent_dim = training.WeightAverage(G, how["ema_decay"]), how["latent_dim"]
    pair = gan.losses["non_saturating"]

    def update(x, *y):
        with torch.no_grad():
            fake = G(torch.randn(len(x), latent_dim, device=x.device), *y)
        real_and_fake = shared_D(torch.cat([x, fake]), *(torch.cat([each, each]) for each in y))
        d_loss = pair.d_loss(*real_and_fake.chunk(2))
        d_optimiser.zero_grad()
        d_loss.backward()
        d_optimiser.step()
        with frozen(D):
            z = torch.randn(len(x), latent_dim, device=x.device)
            g_loss = pair.g_loss(D(shared_G(z, *y), *y))
            g_optimiser.zero_grad()
            g_loss.backward()
            g_optimiser.step()
        average.update()
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    def kept():
        return nn.ModuleDict({"G": recalibrated(how, average.model), "D": D}).eval()

    parts = {"model": model, "g_optimiser": g_optimiser, "d_optimiser": d_optimiser, "average": average.model}
    return Game(update, parts, kept)


@torch.no_grad()
def recalibrated(how, G, batches=50):
    """G with the running statistics of its averaged weights: those it holds belong to the last step's."""
    norms = [module for module in G.modules() if isinstance(module, nn.BatchNorm2d)]
    for module in norms:
        module.reset_running_stats()
        module.momentum = None  # the plain mean of all batches
    size, generator = how["batch_size"], torch.Generator().manual_seed(0)
    device = next(G.parameters()).device
    G.train()
    for _ in range(batches):
        z = torch.randn(size, how["latent_dim"], generator=generator).to(device)
        G(z, *told(how, torch.arange(size, device=device)))
    return G.eval()


def told(how, numbers):
    """Labels in turn as a tuple, or () where there are none."""
    return () if how["classes"] is None else (numbers % how["classes"],)


@torch.no_grad()
def sample(how, model, n, labels, generator, guidance_scale=1.0):
    z = torch.randn(n, how["latent_dim"], generator=generator).to(next(model.parameters()).device)
    return model["G"](z) if labels is None else model["G"](z, labels)


@torch.no_grad()
def held_out(how, model, x, *y):
    """Whether D takes an image for real: near 1 for training images alone, it knows them by heart."""
    return {"called_real": (model["D"](x, *y)[:, 0] > 0).float()}


FAMILY = Family(
    "a DCGAN with spectral norm and an averaged generator", settings, build, sample, held_out, game=game
)
