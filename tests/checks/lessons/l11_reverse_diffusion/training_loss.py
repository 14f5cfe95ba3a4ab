"""Right answers to diffusion.training_loss in other words."""

import torch
import torch.nn.functional as F


def loss_by_mse(model, x0, alphas_cumprod, generator):
    noise = torch.randn(x0.shape, generator=generator)
    t = torch.randint(0, alphas_cumprod.shape[0], (x0.shape[0],), generator=generator)
    level = alphas_cumprod[t].float().unsqueeze(1)
    return F.mse_loss(model(torch.sqrt(level) * x0 + torch.sqrt(1 - level) * noise, t), noise)


def loss_by_rates(model, x0, alphas_cumprod, generator):
    t = (torch.rand(len(x0), generator=generator) * len(alphas_cumprod)).long()
    signal, sigma = alphas_cumprod.sqrt()[t].to(x0), (1 - alphas_cumprod).sqrt()[t].to(x0)
    noise = torch.empty_like(x0).normal_(generator=generator)
    x_t = signal.view(-1, 1) * x0 + sigma.view(-1, 1) * noise
    return ((noise - model(x_t, t)) ** 2).sum() / x0.numel()


def loss_without_a_cast(model, x0, alphas_cumprod, generator):
    t = torch.randint(len(alphas_cumprod), x0.shape[:1], generator=generator)
    level = alphas_cumprod[t][:, None]
    noise = torch.randn(x0.shape, generator=generator)
    return torch.mean((model(level.sqrt() * x0 + (1 - level).sqrt() * noise, t) - noise) ** 2)
