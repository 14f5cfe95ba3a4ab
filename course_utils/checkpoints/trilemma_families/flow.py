"""A small Glow."""

import torch

from ... import flows
from ..recipe import fit
from .family import Family, bits_of, dequantised

FIRST_BATCH = 256  # images that set the ActNorms
ALPHA = 1e-6


def build(how, shape):
    return flows.Glow(shape, **how["net"], alpha=ALPHA)


def train(how, model, images, levels, seed, seconds=None):
    with torch.no_grad():  # the first batch sets the ActNorms
        first = torch.Generator().manual_seed(seed)
        model.log_prob(
            dequantised(images[torch.randperm(len(images), generator=first)[:FIRST_BATCH]], levels, first)
        )

    def loss(model, x):
        y = dequantised(x, levels)
        return bits_of(model.log_prob(y), y, levels).mean()

    return fit({**how, "seed": seed}, model, loss, images, seconds, progress=False)


def sample(how, model, n, levels, generator):
    return model.sample(n, generator)


@torch.no_grad()
def bits(how, model, y, levels, generator, images):
    return bits_of(model.log_prob(y), y, levels)


FAMILY = Family(build, train, sample, bits, "exact")
