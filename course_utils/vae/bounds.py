"""The bounds: the ELBO of one Gaussian q per image, and the importance-weighted bound that tightens it."""

import math
from typing import NamedTuple

import torch
from torch.nn import functional as F

from .._draws import normal
from .._validate import (
    MOST_STEPS,
    check_alike,
    check_generator,
    check_has,
    check_int,
    check_number,
    check_tensor,
    check_together,
    check_within,
)
from ..divergences import kl_normal


class Elbo(NamedTuple):
    """value = reconstruction - beta kl, each [B] in nats per image."""

    value: torch.Tensor
    reconstruction: torch.Tensor
    kl: torch.Tensor


def reparameterise(mean, logvar, generator=None):
    """z = mean + exp(logvar / 2) noise, a draw of N(mean, diag exp(logvar)) that gradients flow through.

    mean, logvar: [..., D] of one shape; returns [..., D]. generator: of any device, or None for PyTorch's
    global one. Source: Kingma & Welling 2014, section 2.4.
    """
    check_alike("logvar", logvar, "mean", mean, nonempty=False)
    check_generator("generator", generator)
    return mean + (logvar / 2).exp() * normal(mean.shape, mean.device, mean.dtype, generator)


def log_bernoulli(x, logits):
    """log p(x | z) in nats, summed per image, of pixels that are independent Bernoulli(sigmoid(logits)).

    x: [B, C, H, W] in {0, 1}; logits: [..., B, C, H, W]. Returns [..., B]. For grey pixels the same formula
    is a loss, but no likelihood: its exponential does not integrate to one.
    """
    check_tensor("logits", logits, nonempty=False)
    check_tensor("x", x, "[B, C, H, W]")
    if logits.shape[-4:] != x.shape:
        found = f"{list(logits.shape)} and {list(x.shape)}"
        raise ValueError(f"logits must have shape [..., B, C, H, W] for x [B, C, H, W]; got {found}.")
    check_within("x", x, 0, 1)
    pixels = F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none")
    return -pixels.flatten(-3).sum(-1)


def elbo(x, logits, mean, logvar, beta=1.0):
    """The evidence lower bound with one sample of z: log p(x | z) - beta KL(q(z | x) || N(0, I)).

    x, logits: [B, C, H, W], x in {0, 1}, logits decoded from a z drawn from q; mean, logvar: [B, D] of q.
    Returns Elbo(value, reconstruction, kl), each [B] in nats. beta = 1 is the bound (Kingma & Welling 2014,
    eq. 10); any other beta is the objective of Higgins et al. 2017. Raises ValueError where shapes disagree.
    """
    check_tensor("x", x, "[B, C, H, W]")
    check_number("beta", beta, 0)
    check_tensor("logits", logits, str(list(x.shape)))
    check_tensor("mean", mean, f"[{len(x)}, D]")
    check_tensor("logvar", logvar, str(list(mean.shape)))
    reconstruction = log_bernoulli(x, logits)
    kl = kl_normal(mean, logvar)
    return Elbo(reconstruction - beta * kl, reconstruction, kl)


def log_mean_weight(log_weights):
    """log of the mean of exp(log_weights) over the first axis, [K, ...] -> [...], without underflow.

    With log w_k = log p(x, z_k) - log q(z_k | x) and z_k drawn from q it is the importance-weighted bound
    (Burda et al. 2016, eq. 8): in expectation at most log p(x), and never lower for a larger K.
    """
    check_tensor("log_weights", log_weights, "[K, ...]")
    return log_weights.logsumexp(0) - math.log(len(log_weights))


def effective_sample_size(log_weights):
    """(sum w)^2 / sum w^2 over the first axis, [K, ...] -> [...]: between 1 and K (Kong 1992)."""

    check_tensor("log_weights", log_weights, "[K, ...]")
    return 1 / log_weights.softmax(0).square().sum(0)


@torch.no_grad()
def iwae(model, x, k, generator=None, chunk=25):
    """The importance-weighted bound of log p(x) with k samples of z per image, [B] in nats.

    model: with encode(x) -> mean, logvar [B, D] and logits(z) -> [B, C, H, W]; x: [B, C, H, W] in {0, 1};
    chunk: how many samples are decoded at once. Source: Burda et al. 2016.
    """
    check_has("model", model, "a VAE", "encode", "logits"), check_generator("generator", generator)
    check_tensor("x", x, "[B, C, H, W]")
    k, chunk = check_int("k", k, maximum=MOST_STEPS), check_int("chunk", chunk)
    mean, logvar = model.encode(x)
    parts = []
    for start in range(0, k, chunk):
        shape = (min(chunk, k - start), *mean.shape)
        z = reparameterise(mean.expand(shape), logvar.expand(shape), generator)
        logits = model.logits(z.flatten(0, 1)).unflatten(0, shape[:2])
        log_prior = log_normal(z, torch.zeros_like(mean), torch.zeros_like(logvar))
        parts.append(log_bernoulli(x, logits) + log_prior - log_normal(z, mean, logvar))
    return log_mean_weight(torch.cat(parts))


def log_normal(z, mean, logvar):
    """log N(z; mean, diag exp(logvar)) in nats, summed over the last axis; all [..., D] -> [...]."""
    check_together(z=z, mean=mean, logvar=logvar)
    if not z.shape[-1:] == mean.shape[-1:] == logvar.shape[-1:] or not z.ndim:
        found = ", ".join(str(list(value.shape)) for value in (z, mean, logvar))
        raise ValueError(f"z, mean and logvar must be [..., D] with one D; got {found}.")
    squares = (z - mean).square() * (-logvar).exp()
    return -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(-1)
