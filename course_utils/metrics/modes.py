"""How many modes of a known mixture were found."""

import torch

from .._double import double
from .._validate import check_finite, check_number, check_tensor


def modes_covered(samples, means, radius, at_least=0.02):
    """How many modes of a known mixture have their part of the samples, an int in 0..K.

    samples: [N, D]; means: [K, D], the modes' centres; a mode counts where at least the share `at_least` of
    all samples, in (0, 1], lies within `radius` of its centre. Three standard deviations make a fair radius,
    and a fraction of 1 / K a fair share. Source: after Metz et al. 2017, section 3.3.1. Raises ValueError
    where the shapes differ or a number is out of its range.
    """
    check_tensor("samples", samples, "[N, D]")
    check_tensor("means", means, f"[K, {samples.shape[1]}]")
    check_finite("samples", samples), check_finite("means", means)
    check_number("radius", radius, 0, open_minimum=True)
    check_number("at_least", at_least, 0, 1, open_minimum=True)
    shares = (torch.cdist(double(samples), double(means)) <= radius).double().mean(0)
    return int((shares >= at_least).sum())
