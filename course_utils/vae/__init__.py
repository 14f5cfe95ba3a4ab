"""Variational autoencoders: nets, bounds, and their relatives with labels and with a codebook."""

from .bounds import (
    Elbo,
    effective_sample_size,
    elbo,
    iwae,
    log_bernoulli,
    log_mean_weight,
    log_normal,
    reparameterise,
)
from .convolutional import ConvVAE
from .nets import VAE, ConditionalVAE
from .vq import VQVAE, Quantized, VectorQuantizer, codebook_use

__all__ = [
    "VAE", "VQVAE", "ConditionalVAE", "ConvVAE", "Elbo", "Quantized", "VectorQuantizer", "codebook_use",
    "effective_sample_size", "elbo", "iwae", "log_bernoulli", "log_mean_weight", "log_normal",
    "reparameterise",
]  # fmt: skip
