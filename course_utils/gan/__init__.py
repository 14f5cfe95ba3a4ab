"""Generative adversarial networks: the losses by name, one round of the game, and what is known exactly."""

from . import tricks
from .images import ImageDiscriminator, ImageGenerator, initialise
from .losses import Losses, losses
from .nets import Discriminator, Generator
from .playing import game_round
from .theory import RULES, growth, optimal_discriminator, value

__all__ = [
    "RULES", "Discriminator", "Generator", "ImageDiscriminator", "ImageGenerator", "Losses", "game_round",
    "growth", "initialise", "losses", "optimal_discriminator", "tricks", "value",
]  # fmt: skip
