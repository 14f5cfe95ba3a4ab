"""Right answers to conditions.learn_control in other words."""

import torch
from torch.nn import functional as F


def learn_by_sgd(features, control, target, steps, lr):
    conv = torch.nn.Conv2d(control.shape[1], features.shape[1], kernel_size=1, dtype=features.dtype)
    for weight in conv.parameters():
        torch.nn.init.constant_(weight, 0)
    optimiser = torch.optim.SGD(conv.parameters(), lr=lr)
    for _ in range(steps):
        optimiser.zero_grad()
        F.mse_loss(features + conv(control), target).backward()
        optimiser.step()
    with torch.no_grad():
        return features + conv(control)


def learn_by_hand(features, control, target, steps, lr):
    """With the gradients written out: those of a linear map."""
    weight = torch.zeros(features.shape[1], control.shape[1]).to(features)
    bias = torch.zeros(features.shape[1], 1, 1).to(features)
    for _ in range(steps):
        slope = 2 * (features + torch.einsum("od,bdhw->bohw", weight, control) + bias - target)
        slope = slope / target.numel()
        weight = weight - lr * torch.einsum("bohw,bdhw->od", slope, control)
        bias = bias - lr * slope.sum((0, 2, 3)).view(-1, 1, 1)
    return features + torch.einsum("od,bdhw->bohw", weight, control) + bias
