"""Flow matching on straight paths with diffusion's U-Net, for images scaled to [-1, 1]."""

import torch

from ... import flow_matching
from . import unets
from .family import Family


def build(how):
    return flow_matching.FlowNet(unets.build(how))


def loss(how):
    matching, classes = flow_matching.matching_loss(), how["classes"]

    def error_of_velocity(model, x, *y):
        return matching(model, 2 * x - 1, *unets.some_hidden(classes, y))

    return error_of_velocity


@torch.no_grad()
def sample(how, model, n, labels, generator, guidance_scale=1.0):
    """By Euler's method."""
    noise = torch.randn(n, *how["shape"], generator=generator).to(next(model.parameters()).device)
    x = flow_matching.sample(
        unets.asked(model, labels, guidance_scale), noise.shape, steps=how["sampling_steps"], x=noise
    )
    return (x + 1) / 2


@torch.no_grad()
def held_out(how, model, x, *y):
    """The squared error of the velocity, at times that are spread evenly over the batch."""
    data, noise, n = 2 * x - 1, torch.randn_like(x), len(x)
    t = (torch.randperm(n, device=x.device) + torch.rand(n, device=x.device)) / n
    path = flow_matching.Path.linear()
    v = model(path.interpolate(noise, data, t), t, *y)
    return {"error_of_velocity": (v - path.velocity(noise, data, t)).square().flatten(1).mean(1)}


FAMILY = Family(
    "flow matching on straight paths, with diffusion's U-Net", unets.settings, build, sample, held_out, loss,
    guided=True,
)  # fmt: skip
