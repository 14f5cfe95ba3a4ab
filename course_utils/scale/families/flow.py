"""Glow, a normalising flow of several scales; a label says where its noise is to lie."""

import math

import torch
from torch import nn

from ... import flows
from .family import Family, check_sides, dequantised, halved

LEVELS = 256
ALPHA = 0.05  # of the logit: keeps black and white pixels from being stretched without end


class ToldFlow(nn.Module):
    """flows.Glow with noise of N(place[y], I). Source: Kingma & Dhariwal 2018, section 6."""

    def __init__(self, shape, levels, depth, width, classes=None):
        super().__init__()
        self.net = flows.Glow(shape, levels, depth, width, ALPHA)
        self.place = None
        if classes is not None:
            self.place = nn.Embedding(classes, math.prod(shape))
            nn.init.zeros_(self.place.weight)

    def forward(self, x, y=None):
        """log p(x | y) in nats, x [B, C, H, W] in [0, 1) -> [B]."""
        z, log_det = self.net(x)
        return self.net.base.log_prob(z if self.place is None else z - self.place(y)) + log_det


def settings(shape, classes, preset):
    full = preset == "full"
    levels = halved(check_sides(shape, 4), 3 if full else 2, least=2)
    return {
        "shape": list(shape), "classes": classes, "levels": levels, "depth": 16 if full else 2,
        "width": 256 if full else 16,
        "batch_size": 64 if full else 32, "lr": 3e-4 if full else 1e-3, "ema_decay": 0.999 if full else 0.99,
    }  # fmt: skip


def build(how):
    return ToldFlow(tuple(how["shape"]), how["levels"], how["depth"], how["width"], how["classes"])


def prepare(model, x, *y):
    """The first batch sets the ActNorms."""
    model(dequantised(x), *y)


def bits(how, log_prob):
    return flows.bits_per_dimension(log_prob, math.prod(how["shape"]), LEVELS)


def loss(how):
    size = math.prod(how["shape"])

    def mean_bits(model, x, *y):
        return flows.bits_per_dimension(model(dequantised(x), *y), size, LEVELS).mean()

    return mean_bits


@torch.no_grad()
def sample(how, model, n, labels, generator, guidance_scale=1.0):
    z = model.net.base.sample(n, generator)
    return model.net.inverse(z if labels is None else z + model.place(labels))


@torch.no_grad()
def held_out(how, model, x, *y):
    return {"bits_per_dimension": bits(how, model(dequantised(x), *y))}


# Determinants are sums of many terms, and a compiler finds too many branches in the steps.
FAMILY = Family(
    "Glow, a normalising flow of several scales", settings, build, sample, held_out, loss, prepare=prepare,
    fit={"precision": "fp32", "compile": False},
)  # fmt: skip
