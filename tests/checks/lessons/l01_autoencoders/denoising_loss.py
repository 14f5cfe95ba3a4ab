"""Right answers to ae.denoising_loss in other words."""

import torch


def denoise_over_batch(model, x, noise):
    noisy = noise + x
    error = x - model(noisy)
    return (error * error).sum() / len(x)


def denoise_loop(model, x, noise):
    losses = []
    for i in range(len(x)):
        losses.append((model(x[i : i + 1] + noise[i : i + 1]) - x[i : i + 1]).pow(2).sum())
    return torch.stack(losses).mean()


def denoise_mse(model, x, noise):
    return torch.nn.functional.mse_loss(model(x + noise), x, reduction="sum") / len(x)
