"""The U-Net of diffusion as a flow on the straight path, for images scaled to [-1, 1]."""

from ... import flow_matching
from ..recipe import fit
from . import diffusion
from .family import Family, dequantised


def build(how, shape):
    return flow_matching.FlowNet(diffusion.build(how, shape))


def train(how, model, images, levels, seed, seconds=None):
    matching = flow_matching.matching_loss()

    def loss(model, x):
        return matching(model, 2 * dequantised(x, levels) - 1)

    return fit({**how, "seed": seed}, model, loss, images, seconds, progress=False)


def sample(how, model, n, levels, generator):
    shape = (n, model.net.in_channels, how["size"], how["size"])
    return (flow_matching.sample(model, shape, steps=how["calls"], generator=generator) + 1) / 2


def bits(how, model, y, levels, generator, images):
    return diffusion.ode_bits(model, y, levels, how["ode_steps"], generator)


FAMILY = Family(build, train, sample, bits, "by ODE")
