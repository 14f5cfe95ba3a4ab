"""Right answers to diffusion.train in other words."""

import torch
import torch.nn.functional as F


def train_in_full(batches, model, optimiser, alphas_cumprod, generator):
    """The loss written out, the noise drawn before t, and the gradients cleared at the end of each turn."""
    losses = torch.zeros(len(batches))
    for step, x0 in enumerate(batches):
        noise = torch.randn(x0.shape, generator=generator)
        t = torch.randint(0, len(alphas_cumprod), (x0.shape[0],), generator=generator)
        level = alphas_cumprod[t].unsqueeze(1)
        loss = F.mse_loss(model(level.sqrt() * x0 + (1 - level).sqrt() * noise, t), noise)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)
        losses[step] = loss.detach()
    return losses


def train_by_index(batches, model, optimiser, alphas_cumprod, generator):
    """The gradients are cleared first, and the losses kept as tensors."""
    signal, sigma, losses = alphas_cumprod.sqrt(), (1 - alphas_cumprod).sqrt(), []
    for step in range(len(batches)):
        optimiser.zero_grad()
        x0 = batches[step]
        t = (torch.rand(len(x0), generator=generator) * len(signal)).long()
        noise = torch.empty_like(x0).normal_(generator=generator)
        error = noise - model(signal[t, None] * x0 + sigma[t, None] * noise, t)
        loss = error.pow(2).sum() / error.numel()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    return torch.stack(losses)
