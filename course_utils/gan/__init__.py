"""Generative adversarial networks: the losses by name, one round of the game, and what is known exactly."""

from . import dirac, fgan, penalties, translating, translation, tricks
from .began import Began
from .fgan import FGANS, fgan_losses
from .images import ImageDiscriminator, ImageGenerator, initialise
from .losses import Losses, energy, losses
from .nets import Discriminator, Generator
from .playing import game_round
from .theory import RULES, growth, optimal_discriminator, value

__all__ = [
    "FGANS", "RULES", "Began", "Discriminator", "Generator", "ImageDiscriminator", "ImageGenerator", "Losses",
    "dirac", "energy", "fgan", "fgan_losses", "game_round", "growth", "initialise", "losses",
    "optimal_discriminator", "penalties", "translating", "translation", "tricks", "value",
]  # fmt: skip
