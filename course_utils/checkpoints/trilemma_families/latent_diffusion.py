"""Diffusion in the code of an autoencoder, which pays for its own training."""

import torch
from torch import nn

from ... import diffusion, latent
from ..digits_diffusion import schedule
from ..recipe import Runs, fit
from .diffusion import walk
from .family import Family, mid_level


def build(how, shape):
    code = latent.KLAutoencoder(shape, how["code"]["latent_channels"], tuple(how["code"]["channels"]))
    unet = diffusion.UNet(
        how["code"]["latent_channels"], how["width"], tuple(how["multipliers"]), dropout=how["dropout"]
    )  # fmt: skip
    return nn.ModuleDict({"code": code, "unet": unet})


def train(how, model, images, levels, seed, seconds=None):
    """First the autoencoder, then the network of its scaled codes, drawn anew at each step."""
    each = None if seconds is None else seconds / 2
    code, first = fit(
        {**how["code"], "seed": seed}, model["code"], lambda net, x: net.loss(x), images, each, progress=False
    )  # fmt: skip
    with torch.no_grad():
        mean, logvar = code.encode(images)
    space = latent.LatentSpace(code, latent.latent_scale(mean, logvar))
    denoising = diffusion.denoising_loss(schedule(), "v_prediction")

    def loss(net, mean, logvar):
        z = mean + (logvar / 2).exp() * torch.randn_like(mean)
        return denoising(net, space.scale * z)

    unet, second = fit({**how, "seed": seed}, model["unet"], loss, (mean, logvar), each, progress=False)
    return nn.ModuleDict({"code": space, "unet": unet}).eval(), Runs() + first + second


def sample(how, model, n, levels, generator):
    space = model["code"]
    z = walk(model["unet"], (n, *space.autoencoder.code_shape), how["calls"], generator, clip=None)
    return mid_level(space.decode(z), levels)


FAMILY = Family(build, train, sample, None, "none")
