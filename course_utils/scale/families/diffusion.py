"""A diffusion model: a U-Net that predicts v on the cosine schedule, for images scaled to [-1, 1]."""

import torch

from ... import diffusion
from . import unets
from .family import Family


def loss(how):
    denoising = diffusion.denoising_loss(diffusion.NoiseSchedule.cosine(), "v_prediction")
    classes = how["classes"]

    def error_of_v(model, x, *y):
        return denoising(model, 2 * x - 1, *unets.some_hidden(classes, y))

    return error_of_v


@torch.no_grad()
def sample(how, model, n, labels, generator, guidance_scale=1.0):
    """By DDIM (Song et al. 2021)."""
    x = diffusion.samplers.ddim(
        unets.asked(model, labels, guidance_scale), diffusion.NoiseSchedule.cosine(), (n, *how["shape"]),
        num_inference_steps=how["sampling_steps"], prediction_type="v_prediction", clip=(-1, 1),
        x_T=torch.randn(n, *how["shape"], generator=generator).to(next(model.parameters()).device),
    )  # fmt: skip
    return (x + 1) / 2


@torch.no_grad()
def held_out(how, model, x, *y):
    """The squared error of v, at steps that are spread evenly over the batch."""
    schedule, x0, n = diffusion.NoiseSchedule.cosine(), 2 * x - 1, len(x)
    u = (torch.randperm(n, device=x.device) + torch.rand(n, device=x.device)) / n
    t, noise = (u * len(schedule)).long().clamp(max=len(schedule) - 1), torch.randn_like(x0)
    signal, sigma = schedule.rates(t, x0)
    v = model(schedule.add_noise(x0, noise, t), t, *y)
    return {"error_of_v": (v - (signal * noise - sigma * x0)).square().flatten(1).mean(1)}


FAMILY = Family(
    "a diffusion model, a U-Net that predicts v", unets.settings, unets.build, sample, held_out, loss,
    guided=True,
)  # fmt: skip
