"""A U-Net that predicts v on the cosine schedule, for images scaled to [-1, 1]."""

import math

from ... import diffusion
from ...flow_matching import log_prob
from ..digits_diffusion import schedule
from ..recipe import fit
from .family import Family, bits_of, dequantised

OFFSET = 0.008  # of the cosine schedule


def build(how, shape):
    return diffusion.UNet(
        shape[0], how["width"], tuple(how["multipliers"]), dropout=how["dropout"],
    )  # fmt: skip


def train(how, model, images, levels, seed, seconds=None):
    denoising = diffusion.denoising_loss(schedule(), "v_prediction")

    def loss(model, x):
        return denoising(model, 2 * dequantised(x, levels) - 1)

    return fit({**how, "seed": seed}, model, loss, images, seconds, progress=False)


def walk(model, shape, calls, generator, clip=(-1, 1)):
    """Samples of this shape by so many DDIM steps of a model that predicts v."""
    return diffusion.samplers.ddim(
        model, schedule(), shape, num_inference_steps=calls, prediction_type="v_prediction", clip=clip,
        generator=generator,
    )  # fmt: skip


def sample(how, model, n, levels, generator):
    shape = (n, model.in_channels, how["size"], how["size"])
    return (walk(model, shape, how["calls"], generator) + 1) / 2


def velocity(model):
    """model(x, t) of flow matching on the path x_t = sin(pi t / 2) data + cos(pi t / 2) noise.

    There dx / dt = (pi / 2) (cos data - sin noise), which is -pi / 2 times v, told the index of the schedule
    with as much noise; between two indices the network takes the number in between.
    """
    steps, edge = len(schedule()), OFFSET / (1 + OFFSET) * math.pi / 2

    def moved(x, t):
        signal = (math.pi / 2 * t).sin()
        u = (1 + OFFSET) * (signal * math.cos(edge)).acos() / (math.pi / 2) - OFFSET
        index = (steps * u - 1).clamp(0, steps - 1)
        return -math.pi / 2 * model(x, index)

    return moved


def ode_bits(velocity, y, levels, steps, generator):
    """Bits per dimension [B] of dequantised y by the ODE, its divergence by one Rademacher probe an image.

    The way is walked by Heun's method in a time s with t = 1 - (1 - s)^3: equal steps of s are short near the
    data.
    """

    def slowed(x, s):
        column = s[:, None, None, None]
        return 3 * (1 - column).square() * velocity(x, (1 - (1 - s) ** 3).clamp(0, 1))

    x = 2 * y - 1
    found = log_prob(slowed, x, steps, probe="rademacher", generator=generator)
    return bits_of(found + x[0].numel() * math.log(2), y, levels)


def bits(how, model, y, levels, generator, images):
    return ode_bits(velocity(model), y, levels, how["ode_steps"], generator)


FAMILY = Family(build, train, sample, bits, "by ODE")
