"""Normalising flows: invertible steps from data to noise, with the logarithm of their determinants."""

from . import masks, nets
from .affine import ActNorm, Affine1d, ElementwiseAffine
from .autoregressive import InverseAutoregressive, MaskedAutoregressive
from .coupling import AdditiveCoupling, AffineCoupling
from .dequantising import Logit, bits_per_dimension, dequantise, logit_transform
from .flow import Flow, Inverse, StandardNormal
from .linear import Invertible1x1, Permute
from .made import Made, MaskedLinear
from .pixels import PixelMade
from .planar import Planar
from .scales import Flatten, Split, Squeeze
from .stacks import MAF, NICE, Glow, PlanarFlow, RealNVP

__all__ = [
    "MAF", "NICE", "ActNorm", "AdditiveCoupling", "Affine1d", "AffineCoupling", "ElementwiseAffine",
    "Flatten", "Flow", "Glow", "Inverse", "InverseAutoregressive", "Invertible1x1", "Logit", "Made",
    "MaskedAutoregressive", "MaskedLinear", "Permute", "PixelMade", "Planar", "PlanarFlow", "RealNVP",
    "Split", "Squeeze", "StandardNormal", "bits_per_dimension", "dequantise", "logit_transform", "masks",
    "nets",
]  # fmt: skip
