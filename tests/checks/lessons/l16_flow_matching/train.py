"""Right answers to flow.train in other words."""

import torch
from torch.nn import functional as F


def train_in_full(model, optimiser, batches, noises, times):
    """Everything written out, and the gradients cleared at the end of each turn."""
    losses = []
    for step in range(len(batches)):
        data, noise, t = batches[step], noises[step], times[step]
        x_t = t * data + (1 - t) * noise
        loss = F.mse_loss(model(x_t, t.squeeze(1)), data - noise)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=False)
        losses += [float(loss)]
    return losses


def train_with_a_tensor(model, optimiser, batches, noises, times):
    """The model's own zero_grad, and detached losses stacked at the end."""
    losses = []
    for data, noise, t in zip(batches, noises, times, strict=True):
        error = model(torch.lerp(noise, data, t.expand_as(data)), t.flatten()) - (data - noise)
        loss = (error**2).sum() / error.numel()
        model.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    return torch.stack(losses)
