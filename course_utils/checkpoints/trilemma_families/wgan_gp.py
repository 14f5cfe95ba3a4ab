"""A Wasserstein GAN whose critic is held by a penalty on its slope, several steps of it for one of G."""

import torch

from ... import gan
from ...gan import penalties
from ...gan.playing import frozen
from .family import Family
from .gan import play, players, sample


def build(how, shape):
    return players(how, shape, spectral=False)


def game(how, G, D):
    """round_(x): D's steps, each on its own part of the batch, then one of G; algorithm 1 of Gulrajani."""
    g_optimiser, d_optimiser = (torch.optim.Adam(net.parameters(), how["lr"], (0.0, 0.9)) for net in (G, D))
    pair = gan.losses["wgan"]

    def noise(x):
        return torch.randn(len(x), how["latent_dim"])

    def round_(x):
        for real in x.chunk(how["d_steps"]):
            with torch.no_grad():
                fake = G(noise(real))
            penalty = penalties.gradient_penalty(D, real, fake)
            d_loss = pair.d_loss(D(real), D(fake)) + how["penalty"] * penalty
            d_optimiser.zero_grad()
            d_loss.backward()
            d_optimiser.step()
        with frozen(D):
            g_loss = pair.g_loss(D(G(noise(real))))
            g_optimiser.zero_grad()
            g_loss.backward()
            g_optimiser.step()
        return d_loss.detach(), {"g_loss": g_loss.detach()}

    return round_


def train(how, model, images, levels, seed, seconds=None):
    round_ = game(how, model["G"].train(), model["D"].train())
    return play(how, model, images, seed, round_, seconds)


FAMILY = Family(build, train, sample, None, "none")
