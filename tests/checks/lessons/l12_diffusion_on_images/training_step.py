"""Right answers to diffusion.training_step in other words."""

import torch
import torch.nn.functional as F


def step_noise_first(images, labels, model, schedule, generator):
    x0 = images.mul(2).sub(1)
    noise = torch.empty_like(x0).normal_(generator=generator)
    t = torch.randint(0, schedule.betas.numel(), labels.shape, generator=generator)
    level = schedule.alphas_cumprod.float()[t].reshape(-1, 1, 1, 1)
    v = level.sqrt() * noise - (1 - level).sqrt() * x0
    return F.mse_loss(model(schedule.add_noise(x0, noise, t), t, labels), v)


def step_by_convert(images, labels, model, schedule, generator):
    """The target by notebook 11's conversion, from the noise."""
    x0 = (images - 0.5) / 0.5
    t = torch.randint(high=len(schedule), size=(len(images),), generator=generator)
    noise = torch.randn(images.shape, generator=generator)
    signal, sigma = schedule.rates(t, x0)
    x_t = signal * x0 + sigma * noise
    error = schedule.convert(noise, x_t, t, "epsilon", "v_prediction") - model(x_t, t, y=labels)
    return error.pow(2).flatten(1).mean(1).mean()
