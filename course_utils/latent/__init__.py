"""Codes that are small images: autoencoders for diffusion in the code, and the scale that a code needs."""

from .autoencoder import KLAutoencoder
from .scale import LatentSpace, latent_scale
from .vq import VQAutoencoder

__all__ = ["KLAutoencoder", "LatentSpace", "VQAutoencoder", "latent_scale"]
